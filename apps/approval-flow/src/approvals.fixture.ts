import { EventStore, Feed, storeMigrations } from '@bitabiz/event-store';
import { applyEvents } from '@bitabiz/messaging/apply';
import { handlerOf, liveMigration, searchPath, type Projections, type ProjectionSet } from '@bitabiz/projections';
import { createPool, inTransaction } from '@bitabiz/service-kit/database';
import { migrate } from '@bitabiz/service-kit/migrations';
import { createDatabase } from '@bitabiz/testing/database';
import type { History } from '@bitabiz/testing/history';
import { Approvals } from './approvals/approvals.js';
import { ownMigrations } from './approvals/own.js';
import { people } from './graph/people.projection.js';
import { approvalsReaction } from './reactions/approvals.reaction.js';

const now = () => new Date();

/** The approval flow on a real Postgres, fed with histories that a spec writes. */
export async function openApprovals() {
  const database = await createDatabase('approvals');
  const store = new EventStore();
  const set: ProjectionSet = {
    service: 'approval-flow',
    sources: ['scim-gateway'],
    projections: [people],
    react: approvalsReaction(store, now),
  };
  await migrate({
    url: database.ownerUrl,
    migrations: [...storeMigrations, ...ownMigrations, liveMigration(set)],
    roles: database.roles,
  });
  const app = createPool(database.appUrl, { name: 'app', searchPath: searchPath('live') });
  const batch = createPool(database.batchUrl, { name: 'batch', searchPath: searchPath('live') });
  return {
    batch,
    approvals: new Approvals({ app, batch } as unknown as Projections, store),
    /** Hands on events, in one batch or event by event. @throws when one was parked. */
    async deliver(events: History['events'], oneByOne = false): Promise<void> {
      for (const part of oneByOne ? events.map((event) => [event]) : [events]) {
        const result = await inTransaction(batch, (tx) => applyEvents(tx, 'scim-gateway', part, handlerOf(set), now));
        if (result.parked.length > 0) throw new Error(JSON.stringify(result.parked));
      }
    },
    published: (accountId: string) => new Feed('approval-flow', batch).page(accountId, 0),
    async close(): Promise<void> {
      await Promise.all([app.end(), batch.end()]);
      await database.drop();
    },
  };
}

export type OpenApprovals = Awaited<ReturnType<typeof openApprovals>>;
