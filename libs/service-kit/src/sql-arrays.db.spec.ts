import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool } from './database.js';
import { byteaArray, plainArray, textArray } from './sql-arrays.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createDatabase('arrays');
  pool = createPool(database.ownerUrl, { name: 'arrays', max: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const read = async (type: string, value: unknown) =>
  (await pool.query(`select array(select unnest($1::${type}[])) as found`, [value])).rows[0].found as unknown[];

it.each([
  ['text', textArray, ['', 'a"b', 'c\\d', '{e,f}', 'null', null, 'Sørensen', '😀', ' x ', 'line\nline']],
  ['text', textArray, []],
  ['bytea', byteaArray, [Buffer.from([0, 255, 92, 34]), null, Buffer.alloc(0)]],
  ['int', plainArray, [1, -2, null]],
  ['uuid', plainArray, ['018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d', null]],
  ['text', plainArray, ['UserCreated']],
] as const)('Postgres reads %s[] as it was written (%#)', async (type, write, values) =>
  expect(await read(type, (write as (of: readonly unknown[]) => unknown)(values))).toEqual(values),
);

it('reads times of the year that a programmer writes them in', async () =>
  expect(await read('timestamptz', plainArray(['2026-03-01T12:00:00.123Z', null]))).toEqual([
    new Date('2026-03-01T12:00:00.123Z'),
    null,
  ]));
