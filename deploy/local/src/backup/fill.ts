import { join } from 'node:path';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { OperatorError } from '../operator-api.js';
import { listed, quoted, tablesIn } from './catalog.js';
import type { Part } from './check.js';
import type { Content, Sequence, TableCopy } from './manifest.js';
import { keysDatabase } from './order.js';
import { readSealed } from './sealed-file.js';

type Filling = { part: Part; signal: AbortSignal };

/**
 * Replaces the rows of a database by those of the backup, in a transaction that is left open: the caller commits.
 * A database that has an event store gets a new incarnation, so that consumers notice the other history (decision 9).
 */
export async function fill(client: pg.Client, { part, signal }: Filling, reason: string): Promise<void> {
  const { content } = part;
  await client.query('begin');
  // Row-level security does not bind a superuser; triggers and foreign keys wait until everything is there.
  await client.query('set local session_replication_role = replica');
  await requireSameTables(client, part);
  if (part.database === keysDatabase) {
    for (const table of content.tables) await addRows(client, table, { part, signal });
    return;
  }
  const store = hasStore(content);
  if (store) await client.query('create temp table kept on commit drop as select * from store.incarnations');
  await client.query(`truncate ${content.tables.map(quoted).join(', ')} restart identity`);
  for (const table of content.tables) await copyRows(client, quoted(table), table, { part, signal });
  for (const sequence of content.sequences) await setSequence(client, sequence);
  if (store) await raiseIncarnation(client, reason);
}

const hasStore = ({ tables }: Content) =>
  tables.some(({ schema, name }) => schema === 'store' && name === 'incarnations');

async function requireSameTables(client: pg.Client, { database, content }: Part): Promise<void> {
  const namesOf = (tables: { schema: string; name: string; columns: string[] }[]) =>
    tables
      .map((table) => quoted(table) + listed(table))
      .sort()
      .join();
  if (namesOf(await tablesIn(client)) === namesOf(content.tables)) return;
  throw new OperatorError(
    `${database} has other tables than the backup: restore it with the version that made the backup`,
  );
}

async function copyRows(client: pg.Client, into: string, table: TableCopy, { part, signal }: Filling): Promise<void> {
  const { schema, name, rows, file } = table;
  const target = client.query(copyFrom(`copy ${into} ${listed(table)} from stdin`));
  const broken = () => target.destroy(new Error('the connection to Postgres broke'));
  client.once('end', broken);
  const bound = `${part.id}/${file}`;
  await readSealed(join(part.folder, file), table, target, { key: part.key, bound, signal });
  client.off('end', broken);
  if (target.rowCount !== rows) throw new Error(`${schema}.${name} has ${target.rowCount} rows instead of ${rows}`);
}

/** Keys are only added: one that was made since the backup opens events that are still in the log, and may be wrapped anew. */
async function addRows(client: pg.Client, table: TableCopy, filling: Filling): Promise<void> {
  await client.query(`create temp table added (like ${quoted(table)}) on commit drop`);
  await copyRows(client, 'added', table, filling);
  await client.query(`insert into ${quoted(table)} select * from added on conflict do nothing`);
  await client.query('drop table added');
}

/** After `restart identity` the sequence is a new one of this transaction, so that a rollback takes this back too. */
const setSequence = (client: pg.Client, { schema, name, lastValue, isCalled }: Sequence) =>
  client.query('select setval($1::regclass, $2::bigint, $3)', [quoted({ schema, name }), lastValue, isCalled]);

/** Numbers that were given since the backup stay taken: no incarnation comes twice. */
async function raiseIncarnation(client: pg.Client, reason: string): Promise<void> {
  await client.query('insert into store.incarnations select * from kept on conflict do nothing');
  await client.query('set local session_replication_role = origin');
  await client.query('select store.raise_incarnation($1)', [reason]);
}
