import { topicOf } from '@bitabiz/event-contracts';
import { EventStore, Feed, FeedController, KeyRing, Outbox, RecentEvents } from '@bitabiz/event-store';
import { openEventLog } from '@bitabiz/messaging/open-log';
import { startRelay } from '@bitabiz/messaging/relay';
import { bringBackLostTail } from '@bitabiz/projections/lost-tail';
import { RELAY, RelayController, relayMetrics } from '@bitabiz/projections/relay.controller';
import { authenticate } from '@bitabiz/service-kit/auth';
import { startService, type RunningService } from '@bitabiz/service-kit/bootstrap';
import { createPool } from '@bitabiz/service-kit/database';
import { createLogger, type Logger } from '@bitabiz/service-kit/log';
import { Metrics } from '@bitabiz/service-kit/metrics';
import { assertRoleCannotBypass, assertWalls, migrate } from '@bitabiz/service-kit/migrations';
import { CqrsModule } from '@nestjs/cqrs';
import { AccessTokens, authOf } from './access.js';
import { AccountsController } from './account/accounts.controller.js';
import { Accounts } from './account/accounts.query.js';
import { ClientsController } from './account/clients.controller.js';
import { Clients } from './account/clients.query.js';
import { TenantMigrationController } from './account/tenant-migration.controller.js';
import { TenantMigrations } from './account/tenant-migrations.query.js';
import { CredentialUses } from './account/uses.js';
import { ForAccountHandler } from './account/for-account.command.js';
import { ForGroupHandler } from './group/for-group.command.js';
import { Groups } from './group/groups.query.js';
import { limitsOf, type GatewayConfig } from './config.js';
import { gatewaySchemas } from './gateway.migration.js';
import { acceptImports } from './import/import.form.js';
import { ImportsController } from './import/imports.controller.js';
import { openImports } from './import/open.js';
import { ErasureController, KeysController } from './erasure/erasure.controller.js';
import { ConnectionController } from './connection/connection.controller.js';
import { Connections } from './connection/connection.query.js';
import { noteErased, openErasures } from './erasure/open.js';
import { RetentionController, ScheduledErasureController } from './erasure/retention.controller.js';
import { Retention } from './erasure/retention.query.js';
import { GatewayCommands } from './gateway.commands.js';
import { Limits } from './limits.js';
import { NewIds } from './new-ids.js';
import { Assertions } from './oauth/assertions.js';
import { oauthErrors } from './oauth/error.form.js';
import { acceptForms } from './oauth/form.js';
import { Proofs } from './oauth/proofs.js';
import { SignedTokens } from './oauth/signed-tokens.js';
import { OAuthMetadataController, TokenController } from './oauth/token.controller.js';
import { Remembered } from './remembered.js';
import { Entries } from './provisioning-log/entries.query.js';
import { openProvisioningLog } from './provisioning-log/open.js';
import { ProvisioningLogController } from './provisioning-log/provisioning-log.controller.js';
import { recordRequests } from './provisioning-log/record.js';
import { recordTokenRefusals } from './provisioning-log/token-refusals.js';
import { BaseUrl } from './scim/base-url.js';
import { BulkController } from './scim/bulk.controller.js';
import { DiscoveryController } from './scim/discovery.controller.js';
import { scimErrors } from './scim/error.form.js';
import { acceptScim, longForStrangers } from './scim/media-type.js';
import { GroupListing } from './scim/group.listing.js';
import { GroupsController } from './scim/groups.controller.js';
import { RootController } from './scim/root.controller.js';
import { Searches } from './scim/searches.js';
import { UnknownController } from './scim/unknown.controller.js';
import { UserListing } from './scim/user.listing.js';
import { UsersController } from './scim/users.controller.js';
import { DeactivationController } from './user/deactivation.controller.js';
import { EmployeesController } from './user/employees.controller.js';
import { ForUserHandler } from './user/for-user.command.js';
import { Users } from './user/users.query.js';
import { rebuildRows } from './verify/rebuild-rows.js';
import { BATCH, VerifyController } from './verify/verify.controller.js';

const name = 'scim-gateway';

/** The whole gateway on one page: databases, store, relay, HTTP. */
export async function startGateway(
  config: GatewayConfig,
  now: () => Date = () => new Date(),
): Promise<{ service: RunningService; logger: Logger }> {
  const logger = createLogger({ service: name, level: config.LOG_LEVEL });
  const metrics = new Metrics(name);
  const ids = new NewIds(now);

  for (const schema of gatewaySchemas(config)) await migrate(schema);

  const app = createPool(config.DATABASE_URL, { name, max: 20, genericPlans: true, logger });
  const batch = createPool(config.READER_DATABASE_URL, { name: `${name} batch`, max: 8, logger });
  const keysPool = createPool(config.KEYS_DATABASE_URL, { name: `${name} keys`, max: 4, logger });
  for (const pool of [app, batch, keysPool]) await assertRoleCannotBypass(pool);
  await assertWalls(app);

  const keys = new KeyRing(keysPool, config.WRAPPING_KEYS);
  await keys.refill();
  const log = await openEventLog(config.EVENT_LOG, { clientId: name, partitions: config.EVENT_LOG_PARTITIONS, logger });
  const recent = new RecentEvents();
  const outbox = new Outbox(name, batch, config.READER_DATABASE_URL, keys, recent);
  const feed = new Feed(name, batch, keys);
  const tail = { source: name, app, batch, url: config.READER_DATABASE_URL, keys, feed, log, logger } as const;
  await noteErased({ url: config.ERASURES_DATABASE_URL, batch, keys, logger });
  await bringBackLostTail({ ...tail, rebuildRows: (accountId) => rebuildRows(app, feed, accountId) });
  const relay = startRelay({ outbox, log, topic: topicOf(name), logger });
  relayMetrics(metrics, relay);
  const remembered = new Remembered();
  const commands = new GatewayCommands(app, new EventStore(keys, recent), outbox, { now, newId: ids.next }, remembered);
  const outside = { keys, now, newId: ids.next, logger };
  const provisioning = openProvisioningLog({ url: config.READER_DATABASE_URL, metrics, ...outside });
  const records = { batch, commands, log: provisioning.erasure };
  const erasing = await openErasures({ url: config.ERASURES_DATABASE_URL, ...records, ...outside });
  const imports = openImports(app, { batch, commands, ...outside });
  const tokens = new AccessTokens(batch, app, now);
  const signed = new SignedTokens(config.WRAPPING_KEYS, now);
  const assertions = new Assertions({ authority: config.ENTRA_AUTHORITY, now });
  const accounts = new Accounts(app, batch);
  const uses = new CredentialUses(app, now, logger);
  const searches = new Searches(app, config.SCIM_SEARCH_SECONDS);
  const limits = new Limits(limitsOf(config), metrics);
  const auth = authOf(config, { tokens, uses, limits, now });
  const service = await startService({
    name,
    config,
    logger,
    metrics,
    auth,
    checks: { database: () => app.query('select 1'), keys: () => keysPool.query('select 1') },
    protocols: [scimErrors, oauthErrors],
    prepare: (server) => {
      acceptScim(server, (request) => tokens.knows(request, signed, limits));
      acceptForms(server);
      acceptImports(server, (request) => authenticate(request, auth));
      recordRequests(server, { log: provisioning.log, tokens, newId: ids.next, now });
      recordTokenRefusals(server, { log: provisioning.log, accounts, newId: ids.next });
    },
    bodyLimit: longForStrangers,
    module: {
      imports: [CqrsModule.forRoot()],
      controllers: [
        UsersController,
        GroupsController,
        BulkController,
        DiscoveryController,
        RootController,
        UnknownController,
        AccountsController,
        ClientsController,
        TenantMigrationController,
        TokenController,
        OAuthMetadataController,
        EmployeesController,
        DeactivationController,
        ImportsController,
        ConnectionController,
        ProvisioningLogController,
        ErasureController,
        RetentionController,
        ScheduledErasureController,
        KeysController,
        FeedController,
        RelayController,
        VerifyController,
      ],
      providers: [
        { provide: GatewayCommands, useValue: commands },
        { provide: AccessTokens, useValue: tokens },
        { provide: Clients, useValue: new Clients(app) },
        { provide: TenantMigrations, useValue: new TenantMigrations(app) },
        { provide: Proofs, useValue: new Proofs(app, assertions, now) },
        { provide: SignedTokens, useValue: signed },
        { provide: Limits, useValue: limits },
        { provide: CredentialUses, useValue: uses },
        { provide: Users, useValue: new Users(app, remembered, searches) },
        { provide: Groups, useValue: new Groups(app, searches) },
        UserListing,
        GroupListing,
        { provide: Accounts, useValue: accounts },
        { provide: Entries, useValue: new Entries(app, keys) },
        ...erasing.providers,
        ...imports.providers,
        { provide: Connections, useValue: new Connections(app, batch, now) },
        { provide: Retention, useValue: new Retention(app, now) },
        { provide: KeyRing, useValue: keys },
        { provide: Feed, useValue: feed },
        { provide: RELAY, useValue: relay },
        { provide: BATCH, useValue: batch },
        { provide: NewIds, useValue: ids },
        { provide: BaseUrl, useValue: new BaseUrl(config.PUBLIC_URL) },
        ForUserHandler,
        ForAccountHandler,
        ForGroupHandler,
      ],
    },
    onClose: async () => {
      await imports.jobs.close();
      await erasing.close();
      await provisioning.close();
      await relay.close();
      await log.close();
      await uses.close();
      await Promise.all([app, batch, keysPool].map((pool) => pool.end()));
    },
  });
  imports.jobs.start();
  return { service, logger };
}
