import { randomUUID } from 'node:crypto';
import { inTransaction } from '@bitabiz/service-kit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProjections, type OpenProjections } from './projections.fixture.js';
import { insert, upsert } from './row-writer.js';

let open: OpenProjections;
beforeAll(async () => {
  open = await openProjections();
  await open.owner
    .query(`create table public.kinds (account_id uuid, id int, big bigint, flag boolean, words text, data jsonb,
    primary key (account_id, id)); grant select, insert, update on public.kinds to public`);
});
afterAll(() => open.close());

const row = (over: object = {}) => ({
  account_id: randomUUID(),
  id: 1,
  big: 9_007_199_254_740_991,
  flag: true,
  words: 'plain',
  data: null as unknown,
  ...over,
});
const write = (rows: ReturnType<typeof row>[], how: typeof insert = insert) =>
  inTransaction(open.batch, (tx) => how(tx, 'kinds', rows));
const readBack = async ({ account_id }: { account_id: string }) =>
  (
    await open.batch.query('select row_to_json(k) as r from kinds k where account_id = $1 order by id', [account_id])
  ).rows.map((each) => each.r);

describe('rows written as arrays', () => {
  it.each(['', 'NULL', '{"a",b}', 'back\\slash "quoted"', 'Søren 😀\n\t', "it's"])(
    'come back as they were: %j',
    async (words) => {
      const written = row({ words, data: { words, list: [1, null, { deep: words }] } });
      await write([written]);
      expect(await readBack(written)).toEqual([written]);
    },
  );

  it('keep what is empty, and numbers and truth as they are', async () => {
    const first = row({ words: null, flag: false });
    const second = row({ account_id: first.account_id, id: 2, big: -1, flag: null, data: 'text' });
    await write([first, second]);
    expect(await readBack(first)).toEqual([first, second]);
  });

  it('stay when they are inserted again, and become the new ones when they are upserted', async () => {
    const first = row();
    await write([first]);
    await write([{ ...first, words: 'other' }]);
    expect(await readBack(first)).toEqual([first]);
    await write([{ ...first, words: 'other' }], (tx, table, rows) => upsert(tx, table, 'id', rows));
    expect(await readBack(first)).toEqual([{ ...first, words: 'other' }]);
  });

  it('are refused for a character that Postgres cannot keep', async () => {
    await expect(write([row({ words: 'a\u0000b' })])).rejects.toMatchObject({ code: '22021' });
  });
});
