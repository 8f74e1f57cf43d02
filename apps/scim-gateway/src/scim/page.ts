import type { PoolClient } from 'pg';
import { after } from './cursor.js';
import { compileFilter } from './filter.sql.js';
import type { Key } from './filter.logic.js';
import type { ListQuery } from './list.js';
import { orderBy, sortable } from './sort.js';
import type { Table } from './table.js';

/** A page of rows. `total` is unknown where pages go by cursor; `next` is absent on the last one. */
export type Page<Row> = { rows: Row[]; total?: number; next?: string };

type Found<Row> = { row: Row; id: string; key: string | null };

/** @param from the table with its alias and what always holds, `own.users u where u.account_id = $1`; @param row the row as JSON */
export async function readPage<Row>(
  tx: PoolClient,
  { table, from, row, accountId }: { table: Table; from: string; row: string; accountId: string },
  query: ListQuery,
): Promise<Page<Row>> {
  const { filter, order, startIndex, count, cursor } = query;
  const condition = filter
    ? compileFilter(filter, 2, { ...table, leaves: query.leaves ?? table.leaves })
    : { sql: 'true', params: [] };
  const { alias } = table;
  const matching = `from ${from} and ${condition.sql}`;
  // Rows become JSON after they are chosen, not before.
  const chosen = (rest: string, limit: string) =>
    `from (select ${alias}.* ${matching} ${rest} order by ${orderBy(table, order)} ${limit}) ${alias}`;
  const values: Key[] = [accountId, ...condition.params];
  const total = async () => {
    const { rows } = await tx.query<{ n: string }>(`select count(*) as n ${matching}`, values);
    return Number(rows[0]?.n ?? 0);
  };
  if (count === 0) return { rows: [], total: await total() };
  if (cursor === undefined) {
    const { rows } = await tx.query<{ row: Row }>(
      `select ${row} as row ${chosen('', `limit ${count} offset ${startIndex - 1}`)}`,
      values,
    );
    const isAll = startIndex === 1 && rows.length < count;
    return { rows: rows.map(({ row }) => row), total: isAll ? rows.length : await total() };
  }
  const all = [...values];
  const parameter = (key: Key, type: string) => `$${all.push(key)}::${type}`;
  const rest = cursor.after ? after(table, order, cursor.after, parameter) : 'true';
  const sorted = sortable(table, order);
  const key = sorted === undefined ? 'null' : `to_jsonb(${sorted}) #>> '{}'`;
  // One row more than is shown tells whether there is another page.
  const { rows } = await tx.query<Found<Row>>(
    `select ${row} as row, ${table.expressionOf('id')} as id, ${key} as key ${chosen(`and ${rest}`, `limit ${count + 1}`)}`,
    all,
  );
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  return { rows: shown.map(({ row }) => row), ...(rows.length > count && last && { next: cursor.next(last) }) };
}
