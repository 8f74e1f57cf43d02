import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPool, inTransaction } from './database.js';
import { assertRoleCannotBypass, assertWalls, migrate, type Migration } from './migrations.js';

const notes: Migration = {
  name: 'notes',
  sql: `create table notes (account_id uuid not null, id int not null, text text not null, primary key (account_id, id));
    alter table notes enable row level security;
    alter table notes force row level security;
    create policy account on notes to :app using (account_id = nullif(current_setting('app.account', true), '')::uuid);
    create policy batch on notes to :batch using (true);
    grant select, insert on notes to :app, :batch;
    select ':application'::text;`,
};
const colour: Migration = { name: 'colour', sql: 'alter table notes add column colour text' };
const account = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d';

let database: TestDatabase;
let owner: pg.Pool;
let batch: pg.Pool;
beforeEach(async () => {
  database = await createDatabase('migrations');
  owner = createPool(database.ownerUrl, { name: 'migrations' });
  batch = createPool(database.batchUrl, { name: 'migrations' });
});
afterEach(async () => {
  await Promise.all([owner.end(), batch.end()]);
  await database.drop();
});

const bring = (...migrations: Migration[]) => migrate({ url: database.ownerUrl, migrations, roles: database.roles });
const done = async () => (await owner.query('select name from schema_migrations order by id')).rows.length;

describe('a schema', () => {
  it('is brought up to date once, and again when there is more to do', async () => {
    await bring(notes);
    await bring(notes);
    expect(await done()).toBe(1);
    await bring(notes, colour);
    expect(await done()).toBe(2);
  });

  it('may get a migration of a library before those that an app already ran', async () => {
    await bring(notes, colour);
    await bring(notes, { name: 'library', sql: 'create table library (id int)' }, colour);
    expect(await done()).toBe(3);
  });

  it('is brought up to date once when several processes start together', async () => {
    await Promise.all([bring(notes, colour), bring(notes, colour), bring(notes, colour)]);
    expect(await done()).toBe(2);
  });

  it('that is newer than the process is refused', async () => {
    await bring(notes, colour);
    await expect(bring(notes)).rejects.toThrow(/migration "colour", which this version does not know/);
  });

  it('keeps nothing of a migration that failed half-way, and takes it again when it is mended', async () => {
    const broken = { name: 'two steps', sql: 'create table first_step (id int); select 1 / 0;' };
    await expect(bring(notes, broken)).rejects.toThrow(/division by zero/);
    expect((await owner.query(`select to_regclass('first_step') as found`)).rows[0].found).toBeNull();
    await bring(notes, { ...broken, sql: 'create table first_step (id int)' });
    expect(await done()).toBe(2);
  });

  it('is not tried twice with a wrong password', async () => {
    const url = new URL(database.ownerUrl);
    url.password = 'wrong';
    const began = performance.now();
    await expect(migrate({ url: url.href, migrations: [notes], roles: database.roles })).rejects.toThrow(
      /^the schema of migrations_\w+ is not brought up to date: password authentication failed/,
    );
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('has no two migrations of one name', () => expect(bring(notes, notes)).rejects.toThrow(/two migrations/));
});

describe('a migration that fills rows', () => {
  const fill = (over: Partial<Migration>): Migration => ({
    name: 'fill',
    sql: `update notes set text = 'filled'`,
    ...over,
  });
  const texts = async () => (await batch.query('select text from notes')).rows.map(({ text }) => text as string);
  beforeEach(async () => {
    await bring(notes);
    await inTransaction(batch, (tx) => tx.query(`insert into notes values ($1, 1, 'old')`, [account]));
  });

  it('changes nothing when it does not say so: forced row-level security binds the owner', async () => {
    await bring(notes, fill({}));
    expect(await texts()).toEqual(['old']);
  });

  it('sees every account’s rows in the tables it names, and leaves the wall standing', async () => {
    await bring(notes, fill({ fills: ['notes'] }));
    expect(await texts()).toEqual(['filled']);
    await assertWalls(batch);
    expect((await owner.query('select * from notes')).rows).toEqual([]);
  });
});

describe('the start-up check of the walls', () => {
  it('accepts roles that own nothing and tables that are walled', async () => {
    await bring(notes);
    const app = createPool(database.appUrl, { name: 'migrations' });
    for (const pool of [app, batch]) await assertRoleCannotBypass(pool);
    await assertWalls(app);
    await app.end();
  });

  it('refuses the owner, a superuser, and a role that could become one of them', async () => {
    await bring(notes);
    await expect(assertRoleCannotBypass(owner)).rejects.toThrow(/owns the table notes/);
    const admin = createPool(database.adminUrl, { name: 'migrations' });
    await expect(assertRoleCannotBypass(admin)).rejects.toThrow(/superuser or BYPASSRLS/);
    const { rows } = await owner.query<{ owner: string }>('select current_user::text as owner');
    await admin.query(`grant ${rows[0]?.owner} to ${database.roles.batch}`);
    await expect(assertRoleCannotBypass(batch)).rejects.toThrow(/owns the table/);
    await admin.end();
  });

  it('names a table of accounts’ rows that has no wall', async () => {
    await bring(notes, { name: 'open', sql: 'create table open (account_id uuid)' });
    await expect(assertWalls(batch)).rejects.toThrow(/public\.open has no forced row-level security/);
  });
});
