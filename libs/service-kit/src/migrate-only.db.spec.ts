import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrateOnly } from './migrate-only.js';
import type { MigrateOptions } from './migrations.js';

let database: TestDatabase;
let owner: pg.Client;
let schema: MigrateOptions;
beforeEach(async () => {
  database = await createDatabase('job');
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const migrations = [
    { name: 'one', sql: 'create table one (id int)' },
    { name: 'two', sql: 'create table two (id int)' },
  ];
  schema = { url: database.ownerUrl, migrations, roles: database.roles };
});
afterEach(async () => {
  vi.restoreAllMocks();
  await owner.end();
  await database.drop();
});

const isThere = async (table: string) =>
  (await owner.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table])).rows[0]?.there;

describe('a start that only migrates', () => {
  it('brings the schema up to date, leaves nothing to serve, and may be repeated', async () => {
    expect(await migrateOnly('1', [schema])).toBeUndefined();
    expect(await migrateOnly('1', [schema])).toBeUndefined();
    expect([await isThere('one'), await isThere('two')]).toEqual([true, true]);
  });

  it('fails like every start where the database is newer', async () => {
    await migrateOnly('1', [schema]);
    await expect(migrateOnly('1', [{ ...schema, migrations: schema.migrations.slice(1) }])).rejects.toThrow(
      /migration "one", which this version does not know/,
    );
  });

  it('lists what it knows without touching the database', async () => {
    const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await migrateOnly('list', [schema])).toBeUndefined();
    const name = new URL(database.ownerUrl).pathname.slice(1);
    expect(JSON.parse(String(said.mock.lastCall?.[0]))).toEqual({ [name]: ['one', 'two'] });
    expect(await isThere('schema_migrations')).toBe(false);
  });
});
