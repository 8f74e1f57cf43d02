import type { KeyRing } from '@bitabiz/event-store';
import { inAccount } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool, PoolClient } from 'pg';
import { requireAccount } from '../account/accounts.query.js';
import type { Candidate } from './candidate.js';
import type { Headings } from './headings.js';
import { hex } from './forget.js';
import type { Ignored } from './ignored.js';
import { RowSeal } from './import-row.js';

export type NewImport = {
  importId: string;
  fileName: string;
  headings: Headings;
  ignored: Ignored[];
  candidates: readonly Candidate[];
  createdBy: string;
};

type Turn = { accountId: string; importId: string; from: string[]; to: 'running' | 'cancelled'; by: string };

const rowsAtOnce = 5_000;
const uniqueViolation = '23505';

/** Takes in files and orders about them; ImportJobs carries them out. */
export class Imports {
  constructor(
    private readonly app: Pool,
    private readonly keys: KeyRing,
    private readonly outside: { now: () => Date; newId: () => string },
  ) {}

  /** To be asked before a file is read. @throws Refused `account.unknown`, `import.open` while another import of the account is not over. */
  requireNoneOpen(accountId: string): Promise<void> {
    return inAccount(this.app, accountId, async (tx) => {
      await requireAccount(tx, accountId);
      const { rowCount } = await tx.query(
        `select from own.imports where account_id = $1 and state in ('checking', 'ready', 'running')`,
        [accountId],
      );
      if (rowCount) throw openImport();
    });
  }

  /** Stores a file's rows, all or none; the dry run begins. @throws Refused `import.open` while another import of the account is not over. */
  async add(accountId: string, made: NewImport): Promise<void> {
    const [key] = await this.keys.take(1);
    if (!key) throw new Error('there is no key');
    const rows = new RowSeal(key.key, made.importId);
    const { importId, fileName, headings, ignored, candidates, createdBy } = made;
    try {
      await inAccount(this.app, accountId, async (tx) => {
        await requireAccount(tx, accountId);
        await tx.query(
          `insert into own.imports (account_id, import_id, file_name, headings, ignored_columns, advice, state, rows, key_id, created_by, created_at, changed_at)
           values ($1, $2, $3, $4, $5, $6, 'checking', $7, $8, $9, $10, $10)`,
          [
            accountId,
            importId,
            fileName,
            JSON.stringify(headings),
            ignored.map(({ heading }) => heading),
            ignored.map(({ advice }) => advice),
            candidates.length,
            key.id,
            createdBy,
            this.outside.now(),
          ],
        );
        for (let at = 0; at < candidates.length; at += rowsAtOnce) {
          await this.addRows(tx, accountId, importId, rows, candidates.slice(at, at + rowsAtOnce));
        }
      });
    } catch (error) {
      await this.keys.destroy([key.id]);
      throw (error as { code?: string }).code === uniqueViolation ? openImport() : error;
    }
  }

  /**
   * Carries out what the dry run showed, in the name of who starts it. Rows that it refused are tried again.
   * @throws Refused `import.unknown`, `import.notReady`.
   */
  start(accountId: string, importId: string, by: string): Promise<void> {
    return inAccount(this.app, accountId, async (tx) => {
      await this.turn(tx, { accountId, importId, from: ['ready'], to: 'running', by });
      await tx.query(
        `update own.import_rows set outcome = null, code = null, detail = null,
           checked_outcome = outcome, checked_code = code, checked_user_id = user_id, checked_detail = detail
         where account_id = $1 and import_id = $2 and request is not null`,
        [accountId, importId],
      );
    });
  }

  /** What is done stays; the rest is left. @throws Refused `import.unknown`, `import.notReady` when it is over. */
  cancel(accountId: string, importId: string, by: string): Promise<void> {
    const from = ['checking', 'ready', 'running'];
    return inAccount(this.app, accountId, (tx) => this.turn(tx, { accountId, importId, from, to: 'cancelled', by }));
  }

  private async turn(tx: PoolClient, { accountId, importId, from, to, by }: Turn): Promise<void> {
    const { rows } = await tx.query<{ state: string }>(
      'select state from own.imports where account_id = $1 and import_id = $2 for update',
      [accountId, importId],
    );
    const [known] = rows;
    if (!known) throw unknownImport();
    if (!from.includes(known.state)) {
      throw new Refused(
        'import.notReady',
        `The import is ${known.state}; this needs one that is ${from.join(' or ')}`,
        'conflict',
      );
    }
    const order = to === 'running' ? 'started = true, started_by' : 'cancelled_by';
    await tx.query(
      `update own.imports set state = $3, ${order} = $4, changed_at = $5 where account_id = $1 and import_id = $2`,
      [accountId, importId, to, by, this.outside.now()],
    );
  }

  private async addRows(
    tx: PoolClient,
    accountId: string,
    importId: string,
    rows: RowSeal,
    candidates: readonly Candidate[],
  ): Promise<void> {
    const wrong = (each: Candidate) => ('code' in each ? each : undefined);
    await tx.query(
      `insert into own.import_rows (account_id, import_id, row_number, new_user_id, outcome, code, request, detail, marks)
       select $1, $2, row_number, new_user_id, case when code is not null then 'refused' end, code, request, detail,
         array(select decode(m, 'hex') from jsonb_array_elements_text(r.marks) m)
       from unnest($3::int[], $4::uuid[], $5::text[], $6::bytea[], $7::bytea[], $8::jsonb[])
         r(row_number, new_user_id, code, request, detail, marks)`,
      [
        accountId,
        importId,
        candidates.map((each) => each.row),
        candidates.map(() => this.outside.newId()),
        candidates.map((each) => wrong(each)?.code ?? null),
        candidates.map((each) =>
          'names' in each ? rows.request(each.row, { names: each.names, profile: each.profile }) : null,
        ),
        candidates.map((each) => ('code' in each ? rows.detail(each.row, { reason: each.reason }) : null)),
        candidates.map((each) => JSON.stringify(hex(rows.marks(each.cells)))),
      ],
    );
  }
}

const openImport = (): Refused =>
  new Refused('import.open', 'Another import of this account is not over yet: start or cancel it first', 'conflict');

export const unknownImport = (): Refused => new Refused('import.unknown', 'There is no such import', 'unknown');
