import pg from 'pg';
import { inDatabase } from '../databases.js';
import type { Sequence } from './manifest.js';

export type Table = { oid: number; schema: string; name: string; columns: string[] };

/** Not of the services: Postgres's own, and what a rebuild makes and drops again beside the live rows. */
const ours = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'shadow') and c.relpersistence = 'p'`;
/** What was done to the schema is told by the manifest; a restore leaves it to the services' own migrations. */
const bookkeeping = `to_regclass('public.schema_migrations')`;

/**
 * Every table of the services' schemas. A column that holds the transaction that wrote the row is left out: it means nothing in
 * another cluster, and the restore's own transaction is what the feed's "changed since" has to see (decision 5).
 */
export async function tablesIn(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select c.oid, n.nspname as schema, c.relname as name, array(
       select a.attname::text from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         and coalesce(pg_get_expr(d.adbin, d.adrelid), '') !~ 'pg_current_xact_id' order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and ${ours} and c.oid is distinct from ${bookkeeping} order by n.nspname, c.relname`,
  );
  return rows;
}

export async function sequencesIn(client: pg.Client): Promise<Sequence[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and ${ours}
       and not exists (select from pg_depend d where d.objid = c.oid and d.refobjid = ${bookkeeping}) order by 1, 2`,
  );
  const sequences: Sequence[] = [];
  for (const { schema, name } of rows) {
    const { rows: values } = await client.query<{ last_value: string; is_called: boolean }>(
      `select last_value, is_called from ${quoted({ schema, name })}`,
    );
    const [value] = values;
    if (value) sequences.push({ schema, name, lastValue: value.last_value, isCalled: value.is_called });
  }
  return sequences;
}

/** Names of the migrations that were run, without the digits that TypeORM wants at their end; none in a new database. */
export async function migrationsIn(client: pg.Client): Promise<string[]> {
  const { rows: found } = await client.query<{ there: boolean }>(`select ${bookkeeping} is not null as there`);
  if (!found[0]?.there) return [];
  const { rows } = await client.query<{ name: string }>(
    `select regexp_replace(name, ' \\d{13}$', '') as name from public.schema_migrations order by id`,
  );
  return rows.map(({ name }) => name);
}

export const quoted = ({ schema, name }: { schema: string; name: string }): string =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

/** `(column, …)`, as COPY wants it. */
export const listed = ({ columns }: { columns: string[] }): string =>
  `(${columns.map((column) => pg.escapeIdentifier(column)).join(', ')})`;

/** A database of the server as its superuser. A connection that breaks fails the query that runs on it. */
export async function connect(server: string, database: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: inDatabase(server, database),
    application_name: 'backup',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
