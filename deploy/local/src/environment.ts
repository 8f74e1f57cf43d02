import { hashToken } from '@bitabiz/service-kit/tokens';
import { addressOf, type DatabaseName } from './databases.js';
import { urlOf, type ServiceName } from './options.js';
import type { Secrets } from './secrets.js';

/** Where things are: on one machine's loopback, or in a network of containers. */
export type Place = {
  /** A superuser's address of Postgres; only host and port of it are handed on. */
  server: string;
  /** `kafka://…`; undefined: the log on Postgres. */
  log: string | undefined;
  host: string;
  portOf: (service: ServiceName) => number;
  /** The address at which other services reach a service. */
  urlOf: (service: ServiceName) => string;
};

/** All on this machine, with these ports. @param server a superuser's address of Postgres; @param log `kafka://…`, or none. */
export const placeHere = (server: string, log: string | undefined, ports: Record<ServiceName, number>): Place => ({
  server,
  log,
  host: '127.0.0.1',
  portOf: (service) => ports[service],
  urlOf: (service) => urlOf(ports[service]),
});

/** What a service is started with: its own databases and secrets, nothing of the others'. */
export function environmentOf(service: ServiceName, place: Place, secrets: Secrets): Record<string, string> {
  const database = service.replaceAll('-', '_') as DatabaseName;
  const address = (role: 'owner' | 'app' | 'batch', of = database) =>
    addressOf(place.server, of, role, secrets.rolePassword);
  const owners = ['scim-gateway', 'employee-directory', 'approval-flow'] as const;
  return {
    NODE_ENV: 'production',
    HOST: place.host,
    PORT: String(place.portOf(service)),
    DATABASE_URL: address('app'),
    MIGRATION_DATABASE_URL: address('owner'),
    READER_DATABASE_URL: address('batch'),
    EVENT_LOG: place.log ?? address('owner', 'event_log'),
    OPERATOR_TOKEN_SHA256: hashToken(secrets.operatorToken),
    SERVICE_TOKEN: secrets.serviceToken,
    SERVICE_TOKEN_SHA256S: hashToken(secrets.serviceToken),
    FEEDS: JSON.stringify(Object.fromEntries(owners.map((owner) => [owner, place.urlOf(owner)]))),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
    ...given('TRUSTED_PROXIES'),
    ...(service === 'scim-gateway' && {
      KEYS_DATABASE_URL: address('app', 'scim_gateway_keys'),
      KEYS_MIGRATION_DATABASE_URL: address('owner', 'scim_gateway_keys'),
      ERASURES_DATABASE_URL: address('batch', 'scim_gateway_erasures'),
      ERASURES_MIGRATION_DATABASE_URL: address('owner', 'scim_gateway_erasures'),
      WRAPPING_KEYS: secrets.wrappingKeys,
      ...given(
        'SCIM_RATE_PER_SECOND',
        'SCIM_RATE_BURST',
        'SCIM_SEARCH_SECONDS',
        'FAILED_AUTHENTICATIONS_PER_MINUTE',
        'ENTRA_AUTHORITY',
        'PUBLIC_URL',
      ),
    }),
  };
}

/** What the operator may set for the whole system is handed on as it is. */
const given = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** For loads that are to find the system's own limits. */
export const withoutLimits = { SCIM_RATE_PER_SECOND: '1000000', SCIM_RATE_BURST: '1000000' };
