import { EventStore, Feed, storeMigrations } from '@bitabiz/event-store';
import { applyEvents } from '@bitabiz/messaging/apply';
import {
  access,
  handlerOf,
  liveMigration,
  searchPath,
  tablesOf,
  type Projections,
  type ProjectionSet,
} from '@bitabiz/projections';
import { createPool, inTransaction } from '@bitabiz/service-kit/database';
import { migrate } from '@bitabiz/service-kit/migrations';
import { createDatabase } from '@bitabiz/testing/database';
import { History } from '@bitabiz/testing/history';
import { approvers } from './approver/approver.projection.js';
import { cards } from './card/card.projection.js';
import { Employees } from './employee/employees.js';
import { ownMigration } from './group/own.js';
import { groupsReaction } from './group/groups.reaction.js';
import { history } from './history/history.projection.js';

const now = () => new Date();

/** The directory's projections on a real Postgres, fed with histories that a spec writes. */
export async function openDirectory() {
  const database = await createDatabase('directory');
  const store = new EventStore();
  const set: ProjectionSet = {
    service: 'employee-directory',
    sources: ['scim-gateway', 'approval-flow'],
    projections: [cards, history, approvers, ...access],
    react: groupsReaction(store, now),
  };
  await migrate({
    url: database.ownerUrl,
    migrations: [...storeMigrations, ownMigration, liveMigration(set)],
    roles: database.roles,
  });
  const app = createPool(database.appUrl, { name: 'app', searchPath: searchPath('live') });
  const batch = createPool(database.batchUrl, { name: 'batch', searchPath: searchPath('live') });

  /** Hands on events of one source, of one account or several; each call is one batch. */
  async function deliver(from: History | [History, ...History[]], first = 0): Promise<void> {
    const histories = Array.isArray(from) ? from : ([from] as const);
    const events = histories.flatMap((each) => each.events.slice(first));
    const { source } = histories[0];
    const result = await inTransaction(batch, (tx) => applyEvents(tx, source, events, handlerOf(set), now));
    if (result.parked.length > 0) throw new Error(JSON.stringify(result.parked));
  }

  return {
    batch,
    deliver,
    employees: new Employees({ app, batch } as unknown as Projections),
    feed: new Feed('employee-directory', batch),
    /** Everything that the projections hold of an account, for comparing. */
    async rows(accountId: string) {
      const all: Record<string, unknown[]> = {};
      for (const table of tablesOf(set)) {
        const { rows } = await batch.query(
          `select to_jsonb(t)::text as r from ${table} t where account_id = $1 order by 1`,
          [accountId],
        );
        all[table] = rows.map((row) => row.r);
      }
      return all;
    },
    async close() {
      await Promise.all([app.end(), batch.end()]);
      await database.drop();
    },
  };
}

export type OpenDirectory = Awaited<ReturnType<typeof openDirectory>>;
