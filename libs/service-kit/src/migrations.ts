import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { createClient } from './database.js';

export { assertRoleCannotBypass, assertWalls } from './walls.js';

export type Migration = {
  /** Unique in the database and never changed: it is how a database knows what was done to it. */
  name: string;
  sql: string;
  /**
   * Tables whose rows this migration reads or changes. Forced row-level security binds the owner too, so without this it would see no row
   * and change none; it is lifted for the owner inside the migration's transaction only.
   */
  fills?: readonly string[];
};
export type Roles = { app: string; batch: string };

export type MigrateOptions = {
  /** As the owner of the database. */
  url: string;
  migrations: readonly Migration[];
  roles: Roles;
};

const leastServer = 18;
const lockId = 20260;
const table = 'schema_migrations';

/** Reads an SQL file beside the source; the compiled file finds it in `src` again, so nothing has to be copied. */
export const sqlFile = (from: string, path: string): string =>
  readFileSync(fileURLToPath(new URL(path, from.replace('/dist/', '/src/'))), 'utf8');

/** The database role that an address names. */
export const roleOf = (url: string): string => decodeURIComponent(new URL(url).username);

/** `:app` and `:batch` in DDL stand for the roles of this database. */
export const withRoles = (sql: string, { app, batch }: Roles): string =>
  sql
    .replaceAll(/(?<!:):app\b/g, () => pg.escapeIdentifier(app))
    .replaceAll(/(?<!:):batch\b/g, () => pg.escapeIdentifier(batch));

/**
 * Brings the schema to what this process knows, one process at a time; does nothing when it is there already. Each migration is one
 * transaction, so one that fails leaves nothing behind. There is no retry: a wrong address or password fails at once.
 * @throws when the database has a migration that this process does not know: it is newer; deploy the newer version.
 */
export async function migrate({ url, migrations, roles }: MigrateOptions): Promise<void> {
  refuseTwins(migrations);
  const lock = createClient(url, 'migrations');
  try {
    await lock.connect();
    const { rows } = await lock.query<{ server_version: string }>('show server_version');
    refuseOldServer(rows[0]?.server_version ?? '');
    await lock.query('select pg_advisory_lock($1)', [lockId]);
    const done = await readDone(lock);
    refuseNewer(done, migrations);
    if (migrations.some(({ name }) => !done.has(name))) await run(url, classes(migrations, done, roles));
  } catch (error) {
    throw new Error(`the schema of ${new URL(url).pathname.slice(1)} is not brought up to date: ${reason(error)}`, {
      cause: error,
    });
  } finally {
    await lock.end().catch(() => undefined);
  }
}

async function run(url: string, migrations: (new () => MigrationInterface)[]): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'migrations',
    migrationsTableName: table,
    migrationsTransactionMode: 'each',
    migrations,
    poolSize: 2,
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

/** Plain names of what was done, with the stored name (TypeORM wants 13 digits at its end). */
async function readDone(client: pg.Client): Promise<Map<string, string>> {
  const there = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  if (!there.rows[0]?.there) return new Map();
  const { rows } = await client.query<{ name: string }>(`select name from ${table} order by id`);
  return new Map(rows.map(({ name }) => [name.replace(/ \d{13}$/, ''), name]));
}

/** @param version as `show server_version` says it, such as `18.1 (Debian 18.1-1)` @throws when the migrations' SQL is not understood there */
export function refuseOldServer(version: string): void {
  if (Number.parseInt(version) >= leastServer) return;
  throw new Error(
    `PostgreSQL ${leastServer} or newer is needed, and this is PostgreSQL ${version}: upgrade the server`,
  );
}

function refuseNewer(done: Map<string, string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...done.keys()].find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new Error(
    `the database has the migration "${unknown}", which this version does not know: start the newer version`,
  );
}

function refuseTwins(migrations: readonly Migration[]): void {
  const names = migrations.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new Error(`two migrations have the name "${twin}"`);
}

/** The digits say only in which order new ones run, so a library may add a migration before those of an app. */
const classes = (migrations: readonly Migration[], done: Map<string, string>, roles: Roles) =>
  migrations.map((migration, index) => {
    const name = done.get(migration.name) ?? `${migration.name} ${Date.now() + index}`;
    return migrationClass(name, migration, roles);
  });

function migrationClass(name: string, { sql, fills = [] }: Migration, roles: Roles): new () => MigrationInterface {
  const force = async (runner: QueryRunner, word: string) => {
    for (const each of fills) await runner.query(`alter table ${each} ${word} row level security`);
  };
  return class implements MigrationInterface {
    name = name;
    async up(runner: QueryRunner): Promise<void> {
      await force(runner, 'no force');
      await runner.query(withRoles(sql, roles));
      await force(runner, 'force');
    }
    async down(): Promise<void> {
      throw new Error('migrations go forward only: a later one takes back what an earlier one did');
    }
  };
}

const reason = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error));
