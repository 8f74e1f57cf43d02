import type { Source } from '@bitabiz/event-contracts';
import { startConsumer, type Consumer } from '@bitabiz/messaging/consume';
import { httpFeed, type FeedClient } from '@bitabiz/messaging/feed-client';
import type { EventLog } from '@bitabiz/messaging/log';
import { openEventLog } from '@bitabiz/messaging/open-log';
import type { RepairOptions } from '@bitabiz/messaging/repair';
import type { BaseConfig } from '@bitabiz/service-kit/config';
import { createPool } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Metrics } from '@bitabiz/service-kit/metrics';
import {
  assertRoleCannotBypass,
  assertWalls,
  migrate,
  roleOf,
  withRoles,
  type MigrateOptions,
  type Migration,
} from '@bitabiz/service-kit/migrations';
import type { Pool } from 'pg';
import { handlerOf, liveSchema, resetAccount, searchPath, type ProjectionSet } from './projection.js';
import { rebuild, type RebuildOptions, type RebuildReport } from './rebuild.js';
import { setMigrations } from './schema.js';
import { verify, type Verification } from './verify.js';

type SchemaOptions = {
  config: BaseConfig;
  set: ProjectionSet;
  /** Own state and, for a service that owns events, the event store: they come before the projections. */
  migrations: readonly Migration[];
};

export type ProjectionsOptions = SchemaOptions & {
  logger: Logger;
  metrics: Metrics;
  now: () => Date;
};

/** A service's projections, running: its pools, its consumer, and what an operator may ask for. */
export interface Projections {
  readonly set: ProjectionSet;
  /** Bound by row-level security; for queries on behalf of an account. */
  readonly app: Pool;
  /** The named batch role (decision 11). */
  readonly batch: Pool;
  readonly log: EventLog;
  readonly consumer: Consumer;
  readonly repair: RepairOptions;
  rebuild(switching: 'when same' | 'always'): Promise<RebuildReport>;
  /** Compares with a fold of the feeds, changes nothing. */
  verify(): Promise<Verification>;
  close(): Promise<void>;
}

/** The service's database as it has to be: own state first, then the live projections. */
export const schemaOf = ({ config, set, migrations }: SchemaOptions): MigrateOptions => ({
  url: config.MIGRATION_DATABASE_URL,
  migrations: [...migrations, ...setMigrations(set)],
  roles: { app: roleOf(config.DATABASE_URL), batch: roleOf(config.READER_DATABASE_URL) },
});

/** Migrates, checks the walls, and follows the log. */
export async function runProjections(options: ProjectionsOptions): Promise<Projections> {
  const { config, set, logger, metrics, now } = options;
  const schema = schemaOf(options);
  const { roles } = schema;
  await migrate(schema);
  const path = searchPath(liveSchema);
  const app = createPool(config.DATABASE_URL, { name: set.service, searchPath: path, logger });
  const batch = createPool(config.READER_DATABASE_URL, { name: `${set.service} batch`, searchPath: path, logger });
  for (const pool of [app, batch]) await assertRoleCannotBypass(pool);
  await assertWalls(app);
  const log = await openEventLog(config.EVENT_LOG, {
    clientId: set.service,
    partitions: config.EVENT_LOG_PARTITIONS,
    logger,
  });
  const repair: RepairOptions = {
    pool: batch,
    feeds: feedsOf(config, set.sources),
    handler: handlerOf(set),
    resetAccount: resetAccount(set),
    now,
    logger,
  };
  const consumer = await startConsumer({ ...repair, group: set.service, log, sources: set.sources });
  for (const source of set.sources) {
    metrics.gauge(
      `picture_age_seconds_${source.replaceAll('-', '_')}`,
      `Age of the picture of ${source}`,
      () => consumer.age(source) / 1000,
    );
  }
  metrics.gauge('accounts_in_repair', 'Accounts waiting for or in repair from a feed', () => consumer.repairing());
  /** On pools of its own: a rebuild holds checkpoints that the consumer waits for. */
  async function apart<T>(work: (rebuilding: RebuildOptions) => Promise<T>): Promise<T> {
    const owner = createPool(config.MIGRATION_DATABASE_URL, { name: `${set.service} rebuild`, max: 2, logger });
    const aside = createPool(config.READER_DATABASE_URL, { name: `${set.service} rebuild`, searchPath: path, logger });
    const fill = (sql: string) => withRoles(sql, roles);
    const rebuilding = { set, owner, batch: aside, feeds: repair.feeds, withRoles: fill, now, logger };
    return work(rebuilding).finally(() => Promise.all([owner.end(), aside.end()]));
  }

  return {
    set,
    app,
    batch,
    log,
    consumer,
    repair,
    rebuild: (switching) => apart((rebuilding) => rebuild({ ...rebuilding, switching })),
    verify: () => apart((rebuilding) => verify(rebuilding)),
    async close() {
      await consumer.close();
      await log.close();
      await Promise.all([app.end(), batch.end()]);
    },
  };
}

function feedsOf({ FEEDS, SERVICE_TOKEN }: BaseConfig, sources: readonly Source[]): Map<string, FeedClient> {
  return new Map(
    sources.map((source) => {
      const url = FEEDS[source];
      if (!url) throw new Error(`FEEDS names no address of ${source}`);
      return [source, httpFeed(url, SERVICE_TOKEN)];
    }),
  );
}
