import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from './database.js';

describe('a database for a suite', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createDatabase('suite')));
  afterAll(() => database.drop());

  const asked = async (url: string, text: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };

  it('is a real Postgres 18 with fsync on', async () => {
    expect(await asked(database.adminUrl, 'show server_version')).toMatchObject([
      { server_version: expect.stringMatching(/^18\./) },
    ]);
    expect(await asked(database.adminUrl, 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('has an owner who makes tables, and two roles who own nothing and cannot bypass row-level security', async () => {
    await asked(database.ownerUrl, 'create table cards (id int)');
    await expect(asked(database.appUrl, 'create table mine (id int)')).rejects.toThrow('permission denied');
    await expect(asked(database.batchUrl, 'select * from cards')).rejects.toThrow('permission denied');
    expect(
      await asked(database.appUrl, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user'),
    ).toEqual([{ rolsuper: false, rolbypassrls: false }]);
  });
});
