import { foldKey } from '@bitabiz/event-contracts/fold';
import type { KeyRing } from '@bitabiz/event-store';
import { inAccount } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import { isUuid } from '../uuid.js';
import type { Action, Outcome } from './entry.js';
import { firstIdAt } from './entry-id.js';
import { entriesOf, type Entry, type StoredEntry } from './stored-entry.js';

export type EntryQuery = {
  from?: Date | undefined;
  /** Not included. */
  to?: Date | undefined;
  /** Id, SCIM id, user name, e-mail, or a name: the full one, the first or the last. */
  employee?: string | undefined;
  outcome?: readonly Outcome[] | undefined;
  action?: readonly Action[] | undefined;
  /** HTTP statuses of the answers. */
  status?: readonly number[] | undefined;
  /** The credential that sent the request: its id, or the label of a token or client secret. */
  credential?: string | undefined;
  /** Part of a user name, external id, code or correlation id. What is sealed is not searched. */
  text?: string | undefined;
  /** Look-ups too. */
  lookups: boolean;
};

export type EntryPage = { entries: Entry[]; nextCursor: string | null };

/** An account's provisioning log as people read it, newest first (P18). */
export class Entries {
  constructor(
    private readonly app: Pool,
    private readonly keys: KeyRing,
  ) {}

  /** @param cursor where the page before ended. */
  async page(accountId: string, query: EntryQuery, limit: number, cursor?: string): Promise<EntryPage> {
    return this.pageOf(accountId, query, await this.named(accountId, query.employee), limit, cursor);
  }

  private async pageOf(
    accountId: string,
    query: EntryQuery,
    named: string[],
    limit: number,
    cursor?: string,
  ): Promise<EntryPage> {
    const { where, values } = conditionOf(accountId, query, named, cursor);
    const text = `select * from own.provisioning_log where ${where} order by entry_id desc limit ${limit + 1}`;
    const { rows } = await inAccount(this.app, accountId, (tx) => tx.query<StoredEntry>(text, values));
    const shown = rows.slice(0, limit);
    const entries = await entriesOf(shown, this.keys);
    return { entries, nextCursor: rows.length > limit ? (shown.at(-1)?.entry_id ?? null) : null };
  }

  /** Everything that the query finds, page by page, for as long as somebody reads. */
  async *pages(accountId: string, query: EntryQuery): AsyncGenerator<Entry[]> {
    const named = await this.named(accountId, query.employee);
    let cursor: string | undefined;
    do {
      const { entries, nextCursor } = await this.pageOf(accountId, query, named, 500, cursor);
      yield entries;
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** The employees whom a text names; the log itself knows user names only. */
  private async named(accountId: string, employee: string | undefined): Promise<string[]> {
    if (employee === undefined || isUuid(employee)) return [];
    const { rows } = await inAccount(this.app, accountId, (tx) =>
      tx.query<{ user_id: string }>(
        `select user_id from own.users where account_id = $1 and $2 in (folded->>'userName', folded->>'email', folded->>'givenName',
           folded->>'familyName', concat(folded->>'givenName', ' ', folded->>'familyName'))`,
        [accountId, foldKey(employee)],
      ),
    );
    return rows.map((row) => row.user_id);
  }

  /** @throws Refused `log.entryUnknown`. */
  async one(accountId: string, entryId: string): Promise<Entry> {
    const text = 'select * from own.provisioning_log where account_id = $1 and entry_id = $2';
    const { rows } = await inAccount(this.app, accountId, (tx) => tx.query<StoredEntry>(text, [accountId, entryId]));
    const [entry] = await entriesOf(rows, this.keys);
    if (entry) return entry;
    throw new Refused('log.entryUnknown', 'There is no such entry; entries are kept for 90 days', 'unknown');
  }
}

function conditionOf(accountId: string, query: EntryQuery, named: readonly string[], cursor: string | undefined) {
  const values: unknown[] = [];
  const parts: string[] = [];
  const ask = (condition: (place: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    parts.push(condition(`$${values.length}`));
  };
  const { from, to, employee, outcome, action, status, credential, text, lookups } = query;
  ask((place) => `account_id = ${place}`, accountId);
  ask((place) => `entry_id < ${place}`, cursor);
  ask((place) => `entry_id >= ${place}`, from && firstIdAt(from));
  ask((place) => `entry_id < ${place}`, to && firstIdAt(to));
  ask((place) => `outcome = any(${place}::text[])`, outcome);
  ask((place) => `action = any(${place}::text[])`, action);
  ask((place) => `status = any(${place}::smallint[])`, status);
  if (credential !== undefined && isUuid(credential)) ask((place) => `token_id = ${place}::uuid`, credential);
  else ask(labelled, credential);
  if (employee !== undefined && isUuid(employee)) {
    ask(
      (place) => `(user_id = ${place}::uuid or (scim_id = ${place}::uuid and user_id is distinct from scim_id))`,
      employee,
    );
  } else if (employee !== undefined) {
    const ids = `$${values.push(named)}::uuid[]`;
    ask((place) => `(user_name_key = ${place} or user_id = any(${ids}))`, foldKey(employee));
  }
  // Parts, not patterns: nothing in the text has a meaning of its own.
  const columns = ['user_name_key', 'lower(external_id)', 'lower(code)', 'lower(correlation_id)'];
  const anywhere = (place: string) =>
    `(${columns.map((column) => `position(${place} in ${column}) > 0`).join(' or ')})`;
  ask(anywhere, text && foldKey(text));
  if (!lookups) parts.push('lookup is null');
  return { where: parts.join(' and '), values };
}

/** Labels are few, and those that ended count too. $1 is the account. */
const labelled = (place: string): string => `token_id in (
  select token_id from own.tokens where account_id = $1 and name = ${place}
  union all select secret_id from own.client_secrets where account_id = $1 and name = ${place})`;
