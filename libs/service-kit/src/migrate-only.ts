import { migrate, type MigrateOptions } from './migrations.js';

/** `1`: migrate and end, for a job that runs before the services; `list`: only say which migrations this version knows. */
export type MigrateOnly = '1' | 'list';

/**
 * What a process does instead of serving when MIGRATE_ONLY is set; it opens no port and no log.
 * `list` touches no database: it prints one line of JSON, database → names of its migrations.
 */
export async function migrateOnly(mode: MigrateOnly, schemas: readonly MigrateOptions[]): Promise<undefined> {
  if (mode === 'list') process.stdout.write(`${JSON.stringify(knownMigrations(schemas))}\n`);
  else for (const schema of schemas) await migrate(schema);
  return undefined;
}

/** The names of the migrations by the database that they are for. */
export const knownMigrations = (schemas: readonly MigrateOptions[]): Record<string, string[]> =>
  Object.fromEntries(
    schemas.map(({ url, migrations }) => [new URL(url).pathname.slice(1), migrations.map(({ name }) => name)]),
  );
