import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import { until } from '@bitabiz/testing/until';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool, inAccount, inTransaction, sendAhead } from './database.js';
import { migrate } from './migrations.js';

const [ada, bo] = ['018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d', '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5e'] as const;
const sql = `create table notes (account_id uuid not null, text text not null);
  alter table notes enable row level security;
  alter table notes force row level security;
  create policy account on notes to :app using (account_id = nullif(current_setting('app.account', true), '')::uuid);
  grant select, insert, update, delete on notes to :app;`;

let database: TestDatabase;
let admin: pg.Pool;
let pool: pg.Pool;
const warnings: string[] = [];
beforeAll(async () => {
  database = await createDatabase('walls');
  await migrate({ url: database.ownerUrl, migrations: [{ name: 'notes', sql }], roles: database.roles });
  const warn = (_: object, message: string) => void warnings.push(message);
  admin = createPool(database.adminUrl, { name: 'admin', max: 1 });
  // One connection: what a transaction leaves behind, the next one finds.
  pool = createPool(database.appUrl, { name: 'app', max: 1, logger: { debug() {}, info() {}, warn, error() {} } });
  for (const account of [ada, bo]) {
    await inAccount(pool, account, (tx) => tx.query('insert into notes values ($1, $2)', [account, account]));
  }
});
afterAll(async () => {
  await Promise.all([admin.end(), pool.end()]);
  await database.drop();
});

const texts = async (tx: pg.Pool | pg.PoolClient) => (await tx.query('select text from notes')).rows.map((r) => r.text);

describe('an account’s transaction', () => {
  it('sees its own rows only, though the query asks for all (P15)', async () => {
    expect(await inAccount(pool, ada, texts)).toEqual([ada]);
    expect(await inAccount(pool, bo, texts)).toEqual([bo]);
  });

  it('cannot write a row of another account', () =>
    expect(inAccount(pool, ada, (tx) => tx.query('insert into notes values ($1, $2)', [bo, 'forged']))).rejects.toThrow(
      /row-level security/,
    ));

  it('cannot change or remove a row of another account', async () => {
    const change = await inAccount(pool, ada, (tx) =>
      tx.query(`update notes set text = 'x' where account_id = $1`, [bo]),
    );
    const remove = await inAccount(pool, ada, (tx) => tx.query('delete from notes where account_id = $1', [bo]));
    expect([change.rowCount, remove.rowCount]).toEqual([0, 0]);
  });

  it('leaves no account behind on its connection: unset sees nothing', async () => {
    await inAccount(pool, ada, texts);
    expect(await texts(pool)).toEqual([]);
    expect(await inTransaction(pool, texts)).toEqual([]);
  });

  it('writes nothing when it throws', async () => {
    const failing = inAccount(pool, ada, async (tx) => {
      await tx.query('insert into notes values ($1, $2)', [ada, 'half']);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await inAccount(pool, ada, texts)).toEqual([ada]);
  });
});

describe('a statement that is sent ahead', () => {
  it('ends the transaction with its own error when it fails, also as the last one', async () => {
    const before = inTransaction(pool, async (tx) => {
      sendAhead(tx, 'select 1 / 0');
      await tx.query('select 1');
    });
    await expect(before).rejects.toThrow('division by zero');
    const last = inTransaction(pool, async (tx) => sendAhead(tx, 'select 1 / 0'));
    await expect(last).rejects.toThrow('division by zero');
    expect(await inAccount(pool, ada, texts)).toEqual([ada]);
  });

  it('is not needed for an aborted transaction to be no success', async () => {
    const swallowed = inTransaction(pool, (tx) => tx.query('select 1 / 0').catch(() => 'never mind'));
    await expect(swallowed).rejects.toThrow('the transaction was aborted');
  });
});

describe('a pool', () => {
  it('outlives its connections: one that broke is replaced', async () => {
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await until(() => warnings.includes('a database connection broke'));
    expect(await inAccount(pool, ada, texts)).toEqual([ada]);
  });

  it('throws a connection away that broke inside a transaction', async () => {
    const failing = inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.query('select 1');
    });
    await expect(failing).rejects.toThrow(/terminat|not queryable/);
    expect(await inAccount(pool, ada, texts)).toEqual([ada]);
  });
});
