import { createPool } from '@bitabiz/service-kit/database';
import { migrate, withRoles } from '@bitabiz/service-kit/migrations';
import { createDatabase } from '@bitabiz/testing/database';
import { feedOf, type History } from '@bitabiz/testing/history';
import type { FeedClient } from '@bitabiz/messaging/feed-client';
import type { RepairOptions } from '@bitabiz/messaging/repair';
import { personsSet } from './counting.fixture.js';
import { handlerOf, liveSchema, resetAccount, searchPath } from './projection.js';
import { liveMigration } from './schema.js';

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The projection of `counting.fixture.ts` on a real Postgres, with feeds in memory whose histories a test changes as it likes. */
export async function openProjections() {
  const database = await createDatabase('projections');
  const own = { name: 'own', sql: 'create schema own; grant usage on schema own to :app, :batch;' };
  await migrate({ url: database.ownerUrl, migrations: [own, liveMigration(personsSet)], roles: database.roles });
  const batch = createPool(database.batchUrl, { name: 'batch', searchPath: searchPath(liveSchema) });
  const owner = createPool(database.ownerUrl, { name: 'owner', max: 2 });
  const histories: History[] = [];
  const feed: FeedClient = feedOf(() => histories);
  const now = () => new Date();
  const repair: RepairOptions = {
    pool: batch,
    feeds: new Map([['scim-gateway', feed]]),
    handler: handlerOf(personsSet),
    resetAccount: resetAccount(personsSet),
    now,
    logger: silent,
  };
  return {
    database,
    batch,
    owner,
    histories,
    repair,
    withRoles: (sql: string) => withRoles(sql, database.roles),
    async rows(accountId: string) {
      const { rows } = await batch.query(
        'select email, active, events from persons where account_id = $1 order by email',
        [accountId],
      );
      return rows as { email: string; active: boolean; events: number }[];
    },
    async lastSeq(accountId: string) {
      const { rows } = await batch.query('select last_seq::int as n from checkpoints where account_id = $1', [
        accountId,
      ]);
      return (rows[0]?.n ?? 0) as number;
    },
    async close() {
      await Promise.all([batch.end(), owner.end()]);
      await database.drop();
    },
  };
}

export type OpenProjections = Awaited<ReturnType<typeof openProjections>>;
