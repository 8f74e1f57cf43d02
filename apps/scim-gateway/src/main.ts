import { startGateway } from './gateway.js';
import { gatewayConfig } from './config.js';
import { loadConfig } from '@bitabiz/service-kit/config';
import { runProcess } from '@bitabiz/service-kit/process';

runProcess('scim-gateway', async () => startGateway(loadConfig(gatewayConfig)));
