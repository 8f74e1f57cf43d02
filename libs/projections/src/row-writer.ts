import type { PoolClient } from 'pg';
import { textArray } from '@bitabiz/service-kit/sql-arrays';

/** A row as JSON shows it: dates as text, so that a row read back is the row that was written. */
export type Row = { account_id: string } & Record<string, unknown>;

/** Writes whole rows; one that is there already becomes the new one. `id` is the column that, after account_id, names a row. */
export async function upsert(tx: PoolClient, table: string, id: string, rows: Row[]): Promise<void> {
  const changed = columnsOf(rows).filter((column) => column !== 'account_id' && column !== id);
  const assignments = changed.map((column) => `${column} = excluded.${column}`).join(', ');
  await write(tx, `upsert-${table}`, table, rows, `on conflict (account_id, ${id}) do update set ${assignments}`);
}

/** Adds rows that are never changed, such as a history; one that is there already stays. */
export const insert = (tx: PoolClient, table: string, rows: Row[]): Promise<void> =>
  write(tx, `insert-${table}`, table, rows, 'on conflict do nothing');

/** Adds rows that cannot be there yet, for a fifth less than where Postgres has to give way to others. */
export const insertFresh = (tx: PoolClient, table: string, rows: Row[]): Promise<void> =>
  write(tx, `insert-fresh-${table}`, table, rows, '');

/** The columns of the first row, in one order: every row of a table has the same. */
const columnsOf = ([first]: Row[]): string[] => Object.keys(first ?? {}).sort();

/** Sends each column as one array. */
async function write(tx: PoolClient, name: string, table: string, rows: Row[], onConflict: string): Promise<void> {
  if (rows.length === 0) return;
  const types = await typesOf(tx, table);
  const columns = columnsOf(rows);
  await tx.query({
    name,
    // Arrays of one length side by side in a select are taken apart together, which costs less than a join of them in its from.
    text: `insert into ${table} (${columns.join(', ')})
      select ${columns.map((column) => `${column}::${types.get(column)}`).join(', ')}
      from (select ${columns.map((column, index) => `unnest($${index + 1}::text[]) as ${column}`).join(', ')}) r ${onConflict}`,
    values: columns.map((column) => textArray(rows.map((row) => asText(row[column], types.get(column))))),
  });
}

function asText(value: unknown, type: string | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' && type !== 'jsonb' ? value : JSON.stringify(value);
}

const known = new WeakMap<PoolClient, Map<string, Map<string, string>>>();

/** The types of a table's columns, read once by each connection. */
async function typesOf(tx: PoolClient, table: string): Promise<Map<string, string>> {
  const tables = known.get(tx) ?? new Map<string, Map<string, string>>();
  known.set(tx, tables);
  const cached = tables.get(table);
  if (cached) return cached;
  const { rows } = await tx.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  tables.set(table, types);
  return types;
}
