import { inTransaction } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { PoolClient } from 'pg';
import { managedFields } from '../account/account.decider.js';
import type { GatewayCommand } from '../gateway.commands.js';
import { modifiedBy } from '../provisioning-log/modified.js';
import { leftToEntra, type ImportedRow } from '../user/import.decider.js';
import type { UserOutcome } from '../user/user.handler.js';
import type { UserRequest } from '../user/user.request.js';
import { noHeadings, type Headings } from './headings.js';
import { reasonOf } from './notes.js';
import { RowSeal, type RowDetail, type RowOutcome } from './import-row.js';
import type { ImportJobsParts } from './import-jobs.js';
import { holdRows } from './rows-lock.js';

export type Job = {
  accountId: string;
  importId: string;
  state: 'checking' | 'running';
  keyId: string;
  /** Who started it, or made it while nobody has. */
  actor: string;
  headings: Headings | null;
  /** Nobody else has this one: by it a replica that stalled sees that another goes on with the import. */
  leasedUntil: Date;
};

type OpenRow = {
  row_number: number;
  new_user_id: string;
  request: Buffer;
  checked_outcome: RowOutcome | null;
  checked_detail: Buffer | null;
};
type Done = { row: number; userId: string | null; outcome: RowOutcome; code: string | null; detail: RowDetail };

/**
 * The next rows of an import: looked at while it is checking, carried out while it is running. What comes of them is stored together. Rows
 * that name somebody who is being erased wait: they would make that one anew (P20).
 * @returns how many rows.
 */
export function carryOut(parts: ImportJobsParts, job: Job, most: number): Promise<number> {
  return inTransaction(parts.batch, async (tx) => {
    holdRows(tx, job.importId);
    const { rows } = await tx.query<OpenRow>(
      `select row_number, new_user_id, request, checked_outcome, checked_detail from own.import_rows
       where account_id = $1 and import_id = $2 and outcome is null and named = '{}' order by row_number limit $3`,
      [job.accountId, job.importId, most],
    );
    const key = (await parts.keys.find([job.keyId])).get(job.keyId);
    // Deleted meanwhile, by hand or by age.
    if (!key || rows.length === 0) return 0;
    const seal = new RowSeal(key, job.importId);
    const asked = await ask(parts, job, rows, seal);
    const done = job.state === 'running' ? await doneBefore(tx, job, rows, asked, seal) : asked;
    await store(tx, job, done, seal);
    return rows.length;
  });
}

/** While the import is this replica's. What was done before somebody cancelled it, is kept. */
async function store(tx: PoolClient, job: Job, done: readonly Done[], seal: RowSeal): Promise<void> {
  await tx.query(
    `with mine as (select from own.imports
       where account_id = $1 and import_id = $2 and leased_until = $3 and state in ($4, 'cancelled') for share)
     update own.import_rows r set user_id = d.user_id, outcome = d.outcome, code = d.code, detail = d.detail
     from unnest($5::int[], $6::uuid[], $7::text[], $8::text[], $9::bytea[]) d(row_number, user_id, outcome, code, detail)
     where exists (select from mine) and r.account_id = $1 and r.import_id = $2 and r.row_number = d.row_number`,
    [
      job.accountId,
      job.importId,
      job.leasedUntil,
      job.state,
      done.map((each) => each.row),
      done.map((each) => each.userId),
      done.map((each) => each.outcome),
      done.map((each) => each.code),
      done.map((each) => seal.detail(each.row, each.detail)),
    ],
  );
}

async function ask(
  { commands, newId }: ImportJobsParts,
  { accountId, importId, state, actor, headings }: Job,
  rows: OpenRow[],
  seal: RowSeal,
): Promise<Done[]> {
  const cause = () => ({ actor, correlationId: importId, causationId: newId() });
  const requests = rows.map(({ row_number: row, new_user_id: userId, request }) => ({
    type: 'Import' as const,
    userId,
    ...seal.openRequest(row, request),
  }));
  const commandOf = (request: UserRequest): GatewayCommand & { kind: 'user' } => ({
    kind: 'user',
    request,
    cause: cause(),
  });
  const answers =
    state === 'checking'
      ? await commands.preview(accountId, requests.map(commandOf))
      : await Promise.all(
          requests.map((request) => commands.forUser(accountId, request, cause()).catch((error: Error) => error)),
        );
  // Once all are over: what is under way when this ends would be carried out beside an erasure.
  return rows.map((row, index) => {
    const answer = answers[index] as UserOutcome | Error;
    const told = answer instanceof Error ? refusal(answer) : answer;
    return doneOf(row, headings ?? noHeadings, requests[index] as ImportedRow, told);
  });
}

function doneOf(
  { row_number: row, new_user_id: newUserId }: OpenRow,
  headings: Headings,
  asked: ImportedRow,
  answer: UserOutcome | Refused,
): Done {
  if (answer instanceof Refused) {
    const { holder } = answer.details;
    const userId = typeof holder === 'string' ? holder : null;
    return { row, userId, outcome: 'refused', code: answer.code, detail: { reason: reasonOf(headings, row, answer) } };
  }
  const { userId } = answer.known.user;
  // A new one stays new when the row is carried out again after an interruption.
  const outcome = userId === newUserId ? 'create' : answer.events.length > 0 ? 'update' : 'unchanged';
  const left = leftToEntra(asked, answer.before.user, managedFields(answer.account));
  return { row, userId, outcome, code: null, detail: { modified: modifiedBy(answer), leftToEntra: left } };
}

/**
 * Rows that were carried out before an interruption and have nothing left to change: what they did is what the dry run said, and the
 * events of this import bear it out.
 */
async function doneBefore(tx: PoolClient, job: Job, rows: OpenRow[], done: Done[], seal: RowSeal): Promise<Done[]> {
  const again = done.filter(({ outcome, detail }, index) =>
    outcome === 'create'
      ? detail.modified?.length === 0
      : outcome === 'unchanged' && rows[index]?.checked_outcome === 'update',
  );
  if (again.length === 0) return done;
  const { rows: streams } = await tx.query<{ stream: string }>(
    `select distinct e.stream from unnest($2::text[]) s(stream) cross join lateral
      (select stream, correlation_id from store.events where account_id = $1 and stream = s.stream offset 0) e where e.correlation_id = $3`,
    [job.accountId, again.map(({ userId }) => `user/${userId}`), job.importId],
  );
  const changed = new Set(streams.map(({ stream }) => stream));
  return done.map((each, index) => {
    const { checked_outcome: outcome, checked_detail: sealed } = rows[index] as OpenRow;
    if (!again.includes(each) || !changed.has(`user/${each.userId}`) || !outcome || !sealed) return each;
    return { ...each, outcome, detail: seal.openDetail(each.row, sealed) };
  });
}

/** What a rule refuses is this row's; what passes by itself stops the import until its next turn. @throws what is no rule's refusal. */
function refusal(error: unknown): Refused {
  if (error instanceof Refused && error.kind !== 'busy' && error.kind !== 'tooMany') return error;
  throw error;
}
