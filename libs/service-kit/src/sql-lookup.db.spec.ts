import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool } from './database.js';
import { lookup } from './sql-lookup.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createDatabase('lookup');
  pool = createPool(database.ownerUrl, { name: 'lookup', max: 1 });
  await pool.query(`create table people (account_id int, id int, manager int, email text, primary key (account_id, id));
    create index people_manager on people (account_id, manager) where manager is not null;
    create index people_email on people (account_id, email)`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const text = (column: string) =>
  `select p.id from unnest($1::int[]) w(id) cross join lateral ${lookup('people', '$2', column, 'w.id')} p order by p.id`;

it.each([
  ['id', 'people_pkey'],
  ['manager', 'people_manager'],
])('takes the index of %s even on an empty table, where every index looks the same', async (column, index) => {
  const { rows } = await pool.query<Record<string, string>>(`explain (generic_plan) ${text(column)}`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain(`using ${index}`);
  expect(plan).toMatch(new RegExp(`Index Cond: .*account_id = \\$2.*\\(${column} `));
});

it('finds the rows of the account that have the value, and none for null', async () => {
  await pool.query(`insert into people values (1, 1, null, 'a'), (1, 2, 1, 'b'), (1, 3, 1, 'c'), (2, 1, 1, 'd')`);
  const found = async (column: string, ids: (number | null)[]) =>
    (await pool.query<{ id: number }>(text(column), [ids, 1])).rows.map(({ id }) => id);
  expect(await found('manager', [1, null])).toEqual([2, 3]);
  expect(await found('id', [3, 9, 1])).toEqual([1, 3]);
});
