import type { KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { OperatorError } from '../operator-api.js';
import { connect, listed, migrationsIn, quoted, sequencesIn, tablesIn, type Table } from './catalog.js';
import type { Content, TableCopy } from './manifest.js';
import type { BackedUp } from './order.js';
import { writeSealed } from './sealed-file.js';

/** Where a backup goes: its folder, its key, and what breaks it off. */
export type Target = { folder: string; id: string; key: KeyObject; signal: AbortSignal };

const attempts = 3;
const undefinedTable = '42P01';

/** A database as it was at one instant, while it goes on changing. */
export class Snapshot {
  private constructor(
    readonly database: BackedUp,
    private readonly client: pg.Client,
    private readonly tables: Table[],
  ) {}

  static async open(server: string, database: BackedUp): Promise<Snapshot> {
    const client = await connect(server, database);
    // Somebody who changes the schema is waited for, not for ever.
    await client.query(`set lock_timeout = '60s'`);
    try {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        await client.query('begin isolation level repeatable read read only');
        const tables = await tablesIn(client);
        if (await held(client, tables)) return new Snapshot(database, client, tables);
        await client.query('rollback');
      }
    } catch (error) {
      await client.end();
      throw error;
    }
    await client.end();
    throw new OperatorError(`The tables of ${database} are being replaced by a rebuild: run the backup again`);
  }

  /** Writes every table to `<folder>/<database>/`. */
  async copyTo(target: Target): Promise<Content> {
    mkdirSync(join(target.folder, this.database), { mode: 0o700 });
    // Before the rows nothing is lost by it: a sequence that is ahead only leaves a gap.
    const sequences = await sequencesIn(this.client);
    const tables: TableCopy[] = [];
    for (const table of this.tables) tables.push(await this.copyTable(table, target));
    return { migrations: await migrationsIn(this.client), tables, sequences };
  }

  /** The wrapping keys that the employees' keys were wrapped with. */
  async wrappingKeyIds(): Promise<string[]> {
    const { rows } = await this.client.query<{ id: string }>(
      'select distinct wrapping_key_id as id from keys.employee_keys order by 1',
    );
    return rows.map(({ id }) => id);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private async copyTable(table: Table, { folder, id, key, signal }: Target): Promise<TableCopy> {
    const { schema, name, columns } = table;
    const file = `${this.database}/${schema}.${name}.copy.gz.sealed`;
    const rows = this.client.query(copyTo(`copy ${quoted(table)} ${listed(table)} to stdout`));
    const broken = () => rows.destroy(new Error(`the connection to ${this.database} broke`));
    this.client.once('end', broken);
    const sealed = await writeSealed(rows, join(folder, file), { key, bound: `${id}/${file}`, signal });
    this.client.off('end', broken);
    return { schema, name, columns, rows: rows.rowCount, file, ...sealed };
  }
}

/**
 * Holds the tables, so that none is dropped while it is copied. A rebuild may have replaced one between the snapshot and the lock: the
 * snapshot would then see nothing of the new one.
 */
async function held(client: pg.Client, tables: Table[]): Promise<boolean> {
  try {
    await client.query(`lock table ${tables.map(quoted).join(', ')} in access share mode`);
  } catch (error) {
    if ((error as { code?: string }).code === undefinedTable) return false;
    throw error;
  }
  const { rows } = await client.query<{ same: boolean }>(
    `select coalesce(bool_and(to_regclass(t.name)::oid = t.oid), true) as same from unnest($1::text[], $2::oid[]) t(name, oid)`,
    [tables.map(quoted), tables.map(({ oid }) => oid)],
  );
  return rows[0]?.same === true;
}
