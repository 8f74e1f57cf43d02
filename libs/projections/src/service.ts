import { topicOf } from '@bitabiz/event-contracts';
import { EventStore, Feed, FeedController, Outbox } from '@bitabiz/event-store';
import { startRelay } from '@bitabiz/messaging/relay';
import type { AuthOptions, TokenLookup } from '@bitabiz/service-kit/auth';
import { startService } from '@bitabiz/service-kit/bootstrap';
import type { BaseConfig } from '@bitabiz/service-kit/config';
import { createLogger, type Logger } from '@bitabiz/service-kit/log';
import { Metrics } from '@bitabiz/service-kit/metrics';
import { migrateOnly } from '@bitabiz/service-kit/migrate-only';
import type { Migration } from '@bitabiz/service-kit/migrations';
import type { Running } from '@bitabiz/service-kit/process';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Provider, Type } from '@nestjs/common';
import { tokenLookup } from './access.projection.js';
import { ErasureReportController } from './erasure.controller.js';
import { OperatorController, PROJECTIONS } from './operator.controller.js';
import type { ProjectionSet } from './projection.js';
import { RELAY, RelayController, relayMetrics } from './relay.controller.js';
import { runProjections, schemaOf, type Projections } from './run.js';

export type ProjectionServiceOptions = {
  config: BaseConfig;
  /** The projections, given the store for derived events and the clock. */
  set: (store: EventStore, now: () => Date) => ProjectionSet;
  migrations: readonly Migration[];
  controllers: Type[];
  providers?: (projections: Projections, store: EventStore) => Provider[];
  /** The service owns events: it offers a feed and relays them to the log. */
  ownsEvents: boolean;
};

/** The oldest picture with which tokens are still believed (decision 8). */
const oldestPictureMs = 5 * 60_000;

/** Starts a service that lives from other services' events: projections, consumer, own derived events, HTTP; or only migrates. */
export async function startProjectionService(options: ProjectionServiceOptions): Promise<Running | undefined> {
  const { config, ownsEvents } = options;
  const now = () => new Date();
  const store = new EventStore();
  const set = options.set(store, now);
  if (config.MIGRATE_ONLY) return migrateOnly(config.MIGRATE_ONLY, [schemaOf({ ...options, set })]);
  const logger = createLogger({ service: set.service, level: config.LOG_LEVEL });
  const metrics = new Metrics(set.service);
  const projections = await runProjections({ config, set, migrations: options.migrations, logger, metrics, now });
  const { app, batch, log } = projections;
  const owned = ownsEvents ? relayOf(set, projections, config, logger) : undefined;
  if (owned) relayMetrics(metrics, owned.relay);
  const auth: AuthOptions = {
    operatorHash: config.OPERATOR_TOKEN_SHA256,
    serviceHashes: config.SERVICE_TOKEN_SHA256S,
    lookup: whileFresh(projections, tokenLookup(batch)),
    now,
  };
  const service = await startService({
    name: set.service,
    config,
    logger,
    metrics,
    auth,
    checks: { database: () => app.query('select 1'), log: () => log.ready() },
    module: {
      controllers: [
        ...options.controllers,
        OperatorController,
        ...(set.personal ? [ErasureReportController] : []),
        ...(owned ? [FeedController, RelayController] : []),
      ],
      providers: [
        { provide: PROJECTIONS, useValue: projections },
        ...(owned
          ? [
              { provide: Feed, useValue: owned.feed },
              { provide: RELAY, useValue: owned.relay },
            ]
          : []),
        ...(options.providers?.(projections, store) ?? []),
      ],
    },
    onClose: async () => {
      await owned?.relay.close();
      await projections.close();
    },
  });
  return { service, logger };
}

function relayOf(set: ProjectionSet, { batch, log }: Projections, config: BaseConfig, logger: Logger) {
  const source = set.service as Parameters<typeof topicOf>[0];
  const outbox = new Outbox(source, batch, config.READER_DATABASE_URL);
  return { feed: new Feed(source, batch), relay: startRelay({ outbox, log, topic: topicOf(source), logger }) };
}

/** A token may have been revoked since the picture was taken: with an old one nobody is let in. */
const whileFresh =
  ({ consumer }: Projections, lookup: TokenLookup): TokenLookup =>
  async (hash) => {
    if (consumer.age('scim-gateway') > oldestPictureMs) {
      throw new Refused(
        'picture.old',
        'This service has not heard of the gateway for too long to trust a token; try again',
        'busy',
        {
          retryAfter: 10,
        },
      );
    }
    return lookup(hash);
  };
