import { startGateway } from './gateway.js';
import { gatewaySchemas } from './gateway.migration.js';
import { gatewayConfig } from './config.js';
import { loadConfig } from '@bitabiz/service-kit/config';
import { migrateOnly } from '@bitabiz/service-kit/migrate-only';
import { runProcess } from '@bitabiz/service-kit/process';

runProcess('scim-gateway', async () => {
  const config = loadConfig(gatewayConfig);
  return config.MIGRATE_ONLY ? migrateOnly(config.MIGRATE_ONLY, gatewaySchemas(config)) : startGateway(config);
});
