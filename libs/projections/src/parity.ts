import type { Pool, PoolClient } from 'pg';
import { liveSchema, shadowSchema, tablesOf, type ProjectionSet } from './projection.js';

export type Difference = { accountId: string; table: string; onlyLive: number; onlyShadow: number; example: unknown };

/** Compares an account's rows in the live and the shadow schema, table by table. @returns the tables that differ. */
export async function compareAccount(
  tx: Pool | PoolClient,
  set: ProjectionSet,
  accountId: string,
  schemas: { live: string; shadow: string } = { live: liveSchema, shadow: shadowSchema },
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const table of tablesOf(set)) {
    if (await same(tx, table, accountId, schemas)) continue;
    const rowsOf = (schema: string) => `select to_jsonb(t) as r from ${schema}.${table} t where account_id = $1`;
    const { rows } = await tx.query<{ side: 'live' | 'shadow'; n: string; example: unknown }>(
      `select 'live' as side, count(*) as n, (array_agg(r))[1] as example
         from (${rowsOf(schemas.live)} except all ${rowsOf(schemas.shadow)}) a having count(*) > 0
       union all
       select 'shadow', count(*), (array_agg(r))[1]
         from (${rowsOf(schemas.shadow)} except all ${rowsOf(schemas.live)}) b having count(*) > 0`,
      [accountId],
    );
    if (rows.length === 0) continue;
    const count = (side: string) => Number(rows.find((row) => row.side === side)?.n ?? 0);
    differences.push({
      accountId,
      table,
      onlyLive: count('live'),
      onlyShadow: count('shadow'),
      example: rows[0]?.example,
    });
  }
  return differences;
}

/**
 * The quick look that nearly always suffices: the same columns, as many rows, and every row of one in the other. It hashes and compares
 * columns as they are; rows as JSON, which can be counted and shown, take many times as long.
 */
async function same(
  tx: Pool | PoolClient,
  table: string,
  accountId: string,
  { live, shadow }: { live: string; shadow: string },
): Promise<boolean> {
  const columns = (schema: string) =>
    `(select array_agg(row(attname, atttypid)::text order by attnum) from pg_attribute
      where attrelid = '${schema}.${table}'::regclass and attnum > 0 and not attisdropped)`;
  const { rows: shapes } = await tx.query<{ same: boolean }>(`select ${columns(live)} = ${columns(shadow)} as same`);
  if (!shapes[0]?.same) return false;
  const rowsOf = (schema: string) => `from ${schema}.${table} where account_id = $1`;
  const { rows } = await tx.query<{ same: boolean }>(
    `select (select count(*) ${rowsOf(live)}) = (select count(*) ${rowsOf(shadow)})
       and not exists (select * ${rowsOf(live)} except all select * ${rowsOf(shadow)}) as same`,
    [accountId],
  );
  return rows[0]?.same ?? false;
}
