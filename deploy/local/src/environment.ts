import { hashToken } from '@bitabiz/service-kit/tokens';
import { addressOf, type DatabaseName } from './databases.js';
import { portsOf, urlOf, type Options, type ServiceName } from './options.js';
import type { Secrets } from './secrets.js';

/** What a service is started with: its own databases and secrets, nothing of the others'. */
export function environmentOf(
  service: ServiceName,
  server: string,
  options: Options,
  secrets: Secrets,
): Record<string, string> {
  const ports = portsOf(options.port);
  const database = service.replaceAll('-', '_') as DatabaseName;
  const address = (role: 'owner' | 'app' | 'batch', of = database) => addressOf(server, of, role, secrets.rolePassword);
  const feeds = {
    'scim-gateway': urlOf(ports['scim-gateway']),
    'employee-directory': urlOf(ports['employee-directory']),
    'approval-flow': urlOf(ports['approval-flow']),
  };
  return {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(ports[service]),
    DATABASE_URL: address('app'),
    MIGRATION_DATABASE_URL: address('owner'),
    READER_DATABASE_URL: address('batch'),
    EVENT_LOG: options.log ?? address('owner', 'event_log'),
    OPERATOR_TOKEN_SHA256: hashToken(secrets.operatorToken),
    SERVICE_TOKEN: secrets.serviceToken,
    SERVICE_TOKEN_SHA256S: hashToken(secrets.serviceToken),
    FEEDS: JSON.stringify(feeds),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
    ...(service === 'scim-gateway' && {
      KEYS_DATABASE_URL: address('app', 'scim_gateway_keys'),
      KEYS_MIGRATION_DATABASE_URL: address('owner', 'scim_gateway_keys'),
      WRAPPING_KEYS: secrets.wrappingKeys,
    }),
  };
}
