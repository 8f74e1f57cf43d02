import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

export type Migration = { name: string; sql: string };
export type Roles = { app: string; batch: string };

export type MigrateOptions = { url: string; migrations: readonly Migration[]; roles: Roles };

const lockId = 20260;

/** Reads an SQL file beside the source; the compiled file finds it in `src` again, so nothing has to be copied. */
export const sqlFile = (from: string, path: string): string =>
  readFileSync(fileURLToPath(new URL(path, from.replace('/dist/', '/src/'))), 'utf8');

/** `:app` and `:batch` in DDL stand for the roles of this database. */
export const withRoles = (sql: string, { app, batch }: Roles): string =>
  sql.replaceAll(/:app\b/g, `"${app}"`).replaceAll(/:batch\b/g, `"${batch}"`);

/**
 * Brings the schema to what this process knows, as the owner, one process at a time. Each migration is one transaction.
 * @throws when the database has a migration that this process does not know: it is newer; deploy the newer version.
 */
export async function migrate({ url, migrations, roles }: MigrateOptions): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'migrations',
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    migrations: migrations.map((each, index) => migrationClass(each, index, roles)),
    poolSize: 2,
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [lockId]);
    await refuseNewer(lock, migrations);
    await source.runMigrations();
  } finally {
    await lock.query('select pg_advisory_unlock($1)', [lockId]).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}

async function refuseNewer(runner: QueryRunner, migrations: readonly Migration[]): Promise<void> {
  if (!(await runner.hasTable('schema_migrations'))) return;
  const known = new Set(migrations.map((each, index) => nameOf(each, index)));
  const rows = (await runner.query('select name from schema_migrations order by id')) as { name: string }[];
  const unknown = rows.find((row) => !known.has(row.name));
  if (unknown) {
    throw new Error(
      `the database has the migration "${unknown.name}", which this version does not know: start the newer version`,
    );
  }
}

/** TypeORM orders by the digits at the end of the name. */
const nameOf = ({ name }: Migration, index: number) => `${name} ${1_700_000_000_000 + index}`;

function migrationClass(migration: Migration, index: number, roles: Roles): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = nameOf(migration, index);
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(withRoles(migration.sql, roles));
    }
    async down(): Promise<void> {
      throw new Error('migrations go forward only: a later one takes back what an earlier one did');
    }
  };
}

/** The start-up check of decision 11. @throws when the role could pass row-level security or owns a table. */
export async function assertRoleCannotBypass(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string; super: boolean; bypass: boolean; owned: string | null }>(
    `select r.rolname as role, r.rolsuper as super, r.rolbypassrls as bypass,
       (select min(c.relname) from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p')) as owned
     from pg_roles r where r.rolname = current_user`,
  );
  const [row] = rows;
  if (!row || row.super || row.bypass || row.owned !== null) {
    const why = row?.super ? 'is a superuser' : row?.bypass ? 'has BYPASSRLS' : `owns the table ${row?.owned}`;
    throw new Error(
      `the database role ${row?.role} ${why}: row-level security would not bind it; connect as a role that owns nothing`,
    );
  }
}

/** @throws with the name of the first table of accounts' rows that has no forced row-level security. */
export async function assertWalls(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
       and not (c.relrowsecurity and c.relforcerowsecurity) limit 1`,
  );
  if (rows[0]) throw new Error(`the table ${rows[0].name} has no forced row-level security`);
}
