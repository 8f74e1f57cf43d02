import { randomUUID } from 'node:crypto';
import { createPool, inAccount, inTransaction } from '@bitabiz/service-kit/database';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded } from '@bitabiz/testing/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveSchema, searchPath } from '../projection.js';
import { Backbone } from './backbone.fixture.js';
import { checkInvariants } from './invariants.fixture.js';

/** Tables with rows of accounts, in the store and in a projection. */
const ofStore = ['store.events', 'store.claims'];
const ofProjection = ['checkpoints', 'parked', 'persons'];

describe('a service that forgets to name the account (decision 11)', () => {
  let backbone: Backbone;
  const accounts = Array.from({ length: 3 }, () => randomUUID());
  beforeAll(async () => {
    const [under] = logsUnderTest();
    if (!under) throw new Error('there is no log');
    backbone = await Backbone.open(under);
    backbone.writer();
    await backbone.relay();
    await backbone.reader();
    await backbone.changes(seeded('isolation'), 60, accounts);
    await checkInvariants(backbone);
  });
  afterAll(() => backbone.close());

  const asApp = async (url: string, tables: string[], account?: string) => {
    const pool = createPool(url, { name: 'app', searchPath: searchPath(liveSchema) });
    const seen = new Map<string, string[]>();
    try {
      for (const table of tables) {
        const read = async (tx: { query: (typeof pool)['query'] }) =>
          (await tx.query<{ account_id: string }>(`select distinct account_id from ${table}`)).rows;
        const rows = await (account === undefined ? inTransaction(pool, read) : inAccount(pool, account, read));
        seen.set(table, rows.map((row) => row.account_id).toSorted());
      }
    } finally {
      await pool.end();
    }
    return Object.fromEntries(seen);
  };

  it('sees nothing at all while no account is set', async () => {
    for (const seen of [
      await asApp(backbone.gateway.database.appUrl, ofStore),
      await asApp(backbone.people.appUrl, ofProjection),
    ])
      expect(Object.values(seen).flat()).toEqual([]);
  });

  it('sees only the account that is set, although no query names it', async () => {
    const [mine = ''] = accounts;
    const events = await asApp(backbone.gateway.database.appUrl, ofStore, mine);
    expect(events).toEqual({ 'store.events': [mine], 'store.claims': [mine] });
    expect(await asApp(backbone.people.appUrl, ['checkpoints', 'persons'], mine)).toEqual({
      checkpoints: [mine],
      persons: [mine],
    });
  });
});
