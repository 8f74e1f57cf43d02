import { randomBytes } from 'node:crypto';
import { foldKey } from '@bitabiz/event-contracts/fold';
import { nonceBytes, seal, type EmployeeKey, type KeyRing } from '@bitabiz/event-store';
import { byteaArray, plainArray, textArray } from '@bitabiz/service-kit/sql-arrays';
import type { Pool } from 'pg';
import { employeesOf, type FoundEmployee } from './employees.query.js';
import type { Content, Gathered } from './entry.js';
import { leaversOf } from './leavers.query.js';
import { pendingManagersOf } from './managers.query.js';

/** A row as it is stored. */
type Row = {
  gathered: Gathered;
  employee: FoundEmployee | undefined;
  userName: string | undefined;
  externalId: string | undefined;
  keyId: string | null;
  content: Buffer | null;
};

/** Completes and stores rows: finds their employees, seals what they say of them, and inserts all of them in one call. */
export class LogWriter {
  /** The keys of rows about nobody who is here: such a row keeps its key when it is tried again. */
  private readonly own = new WeakMap<Gathered, EmployeeKey>();

  /** @param batch the named batch role: the rows of a batch belong to many accounts. */
  constructor(
    private readonly batch: Pool,
    private readonly keys: KeyRing,
  ) {}

  /** Safe to repeat: a row that is there stays as it is. */
  async write(gathered: readonly Gathered[]): Promise<void> {
    const rows = await this.sealed(gathered, await employeesOf(this.batch, gathered));
    await this.batch.query({ name: 'provisioning-log', text: insert, values: columnsOf(rows) });
  }

  private async sealed(gathered: readonly Gathered[], employees: ReadonlyMap<Gathered, FoundEmployee>): Promise<Row[]> {
    const pending = await pendingManagersOf(this.batch, gathered);
    const leavers = await leaversOf(this.batch, gathered);
    const keyIds = [...employees].flatMap(([row, { keyId }]) => (row.impersonal ? [] : [keyId]));
    const found = await this.keys.find(keyIds);
    await this.giveKeys(gathered.filter((row) => !row.impersonal && !employees.has(row)));
    const nonces = randomBytes(gathered.length * nonceBytes);
    return gathered.map((row, index): Row => {
      const employee = employees.get(row);
      // What was refused may belong to another: in clear stands only what the employee has (P20).
      const own = row.outcome === 'Failure' && employee !== undefined;
      const userName = own ? employee.userName : (row.userName ?? employee?.userName);
      const externalId = own
        ? (employee.externalId ?? undefined)
        : (row.externalId ?? employee?.externalId ?? undefined);
      const madeAnew = leavers.get(row);
      const content: Content = {
        ...row.content,
        ...(userName !== undefined && { userName }),
        ...(pending.has(row) && { pendingManager: true }),
        ...(madeAnew !== undefined && { madeAnew }),
      };
      const common = { gathered: row, employee, userName, externalId };
      if (row.impersonal) {
        return { ...common, keyId: null, content: Buffer.from(JSON.stringify(row.content)) };
      }
      const keyId = employee?.keyId ?? this.own.get(row)?.id ?? null;
      const key = employee ? found.get(employee.keyId) : this.own.get(row)?.key;
      // Erased between the request and now (P20).
      if (!key) return { ...common, userName: undefined, externalId: undefined, keyId, content: null };
      const nonce = nonces.subarray(index * nonceBytes, (index + 1) * nonceBytes);
      return {
        ...common,
        keyId,
        content: seal(key, Buffer.from(JSON.stringify(content)), nonce, `${row.accountId}/${row.entryId}`),
      };
    });
  }

  private async giveKeys(strangers: readonly Gathered[]): Promise<void> {
    const without = strangers.filter((row) => !this.own.has(row));
    const keys = await this.keys.take(without.length);
    without.forEach((row, index) => this.own.set(row, keys[index] as EmployeeKey));
  }
}

const columns: readonly [name: string, type: string, of: (row: Row) => unknown][] = [
  ['account_id', 'uuid', ({ gathered }) => gathered.accountId],
  ['entry_id', 'uuid', ({ gathered }) => gathered.entryId],
  ['action', 'text', ({ gathered }) => gathered.action],
  ['outcome', 'text', ({ gathered }) => gathered.outcome],
  ['lookup', 'text', ({ gathered }) => gathered.lookup],
  ['resource', 'text', ({ gathered }) => gathered.resource],
  ['user_id', 'uuid', ({ employee }) => employee?.userId],
  ['scim_id', 'uuid', ({ gathered, employee }) => employee?.scimId ?? gathered.subject.scimId],
  ['user_name_key', 'text', ({ userName }) => userName && foldKey(userName)],
  ['external_id', 'text', ({ externalId }) => externalId],
  ['method', 'text', ({ gathered }) => gathered.method],
  ['status', 'smallint', ({ gathered }) => gathered.status],
  ['code', 'text', ({ gathered }) => gathered.code],
  ['correlation_id', 'text', ({ gathered }) => gathered.correlationId],
  ['token_id', 'uuid', ({ gathered }) => gathered.tokenId],
  ['key_id', 'uuid', ({ keyId }) => keyId],
  ['content', 'bytea', ({ content }) => content],
  ['named', 'uuid[]', ({ gathered }) => gathered.named && plainArray(gathered.named)],
];

/** A list in a row is sent as text: lists of one length within lists would be one table. */
const sentAs = (type: string) => (type.endsWith('[]') ? 'text' : type);

/** What was stored is counted by the minute too: a row that was there before counts once. Ordered, so that replicas lock in one order. */
const insert = `with stored as (
    insert into own.provisioning_log (${columns.map(([name]) => name).join(', ')})
    select ${columns.map(([name, type]) => `${name}::${type}`).join(', ')}
    from unnest(${columns.map(([, type], index) => `$${index + 1}::${sentAs(type)}[]`).join(', ')}) r(${columns.map(([name]) => name).join(', ')})
    on conflict (account_id, entry_id) do nothing
    returning account_id, date_trunc('minute', uuid_extract_timestamp(entry_id)) as minute, action, outcome, coalesce(code, '') as code,
      lookup is not null as lookup)
  insert into own.provisioning_activity as a (account_id, minute, action, outcome, code, lookup, requests)
    select account_id, minute, action, outcome, code, lookup, count(*) from stored group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (account_id, minute, action, outcome, code, lookup) do update set requests = a.requests + excluded.requests`;

const arrayOf: Readonly<Record<string, (values: never[]) => string | Buffer>> = {
  text: textArray,
  bytea: byteaArray,
  uuid: plainArray,
  smallint: plainArray,
};
const columnsOf = (rows: readonly Row[]) =>
  columns.map(([, type, of]) =>
    (arrayOf[sentAs(type)] as (values: unknown[]) => string | Buffer)(rows.map((row) => of(row) ?? null)),
  );
