import type { Source } from '@bitabiz/event-contracts';
import type { AnyEvent } from '@bitabiz/messaging/apply';
import { inAccount } from '@bitabiz/service-kit/database';
import type { Migration } from '@bitabiz/service-kit/migrations';
import { Refused } from '@bitabiz/service-kit/refused';
import { wallsSql } from '@bitabiz/service-kit/walls';
import type { Pool, PoolClient } from 'pg';

/** A table whose rows say something about one employee → its column with the employee's id. */
export type PersonalTables = Readonly<Record<string, string>>;

/** What one service removed of an erased employee (P20). */
export type ErasureReport = {
  service: string;
  userId: string;
  /** ISO time in UTC. */
  erasedAt: string;
  /** Table → rows that are there no more. */
  removed: Record<string, number>;
};

/** Where a service notes what it removed; ids and numbers only. No rebuild touches it. */
export const erasuresMigration: Migration = {
  name: 'erasure reports',
  sql: `create table own.erasures (account_id uuid not null, user_id uuid not null, erased_at timestamptz(3) not null, removed jsonb not null,
      primary key (account_id, user_id));
    ${wallsSql('own.erasures', { app: 'select', batch: 'select, insert, update' })}`,
};

type Apply = (tx: PoolClient, source: Source, events: AnyEvent[], fresh: boolean) => Promise<void>;

/**
 * Around what applies events (P20): after an erasure the service's own state about the person goes too, and what was removed is noted, in the
 * same transaction.
 */
export const reportingErasures =
  (personal: PersonalTables, apply: Apply): Apply =>
  async (tx, source, events, fresh) => {
    const erased = events.filter(({ type }) => type === 'UserErased');
    if (erased.length === 0) return apply(tx, source, events, fresh);
    const persons = { accounts: erased.map((each) => each.accountId), ids: erased.map(userIdOf) };
    const before = await countRows(tx, personal, persons);
    await apply(tx, source, events, fresh);
    for (const [table, column] of Object.entries(personal)) {
      if (table.startsWith('own.')) await removeRows(tx, table, column, persons);
    }
    const after = await countRows(tx, personal, persons);
    const removed = erased.map((_, index) => JSON.stringify(differenceOf(before[index], after[index])));
    // Erased again after a restore: what was removed then is added.
    await tx.query(
      `insert into own.erasures as e select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::jsonb[])
       on conflict (account_id, user_id) do update set removed = (select jsonb_object_agg(key, value::bigint + coalesce((e.removed->>key)::bigint, 0))
         from jsonb_each_text(excluded.removed))`,
      [persons.accounts, persons.ids, erased.map(({ time }) => time), removed],
    );
  };

/** @throws Refused `erasure.unknown`: this service has not heard of an erasure of this employee. */
export async function erasureReport(app: Pool, service: string, accountId: string, userId: string) {
  const { rows } = await inAccount(app, accountId, (tx) =>
    tx.query<{ erased_at: Date; removed: Record<string, number> }>(
      'select erased_at, removed from own.erasures where account_id = $1 and user_id = $2',
      [accountId, userId],
    ),
  );
  const [row] = rows;
  if (row) return { service, userId, erasedAt: row.erased_at.toISOString(), removed: row.removed } as ErasureReport;
  throw new Refused(
    'erasure.unknown',
    `${service} has not heard of an erasure of this employee: ask again when the events have arrived, or erase the employee at the gateway (P20)`,
    'unknown',
  );
}

type Persons = { accounts: string[]; ids: string[] };
type Counts = Record<string, number>;

const userIdOf = ({ stream }: AnyEvent): string => stream.slice('user/'.length);

/** @returns for each person in order, table → rows. */
async function countRows(tx: PoolClient, personal: PersonalTables, { accounts, ids }: Persons): Promise<Counts[]> {
  const counts = Object.entries(personal).map(
    ([table, column]) =>
      `'${table}', (select count(*) from ${table} t where t.account_id = p.account and t.${column} = p.id)`,
  );
  const { rows } = await tx.query<{ counts: Counts }>(
    `select jsonb_build_object(${counts.join(', ')}) as counts
     from unnest($1::uuid[], $2::uuid[]) with ordinality p(account, id, n) order by n`,
    [accounts, ids],
  );
  return rows.map((row) => row.counts);
}

const removeRows = (tx: PoolClient, table: string, column: string, { accounts, ids }: Persons) =>
  tx.query(
    `delete from ${table} t using unnest($1::uuid[], $2::uuid[]) p(account, id) where t.account_id = p.account and t.${column} = p.id`,
    [accounts, ids],
  );

const differenceOf = (before: Counts = {}, after: Counts = {}): Counts =>
  Object.fromEntries(Object.entries(before).map(([table, rows]) => [table, rows - (after[table] ?? 0)]));
