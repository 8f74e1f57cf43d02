import { randomBytes, randomUUID } from 'node:crypto';
import { hashToken, newToken } from '@bitabiz/service-kit/tokens';
import { loadConfig } from '@bitabiz/service-kit/config';
import { createPool } from '@bitabiz/service-kit/database';
import { createDatabase } from '@bitabiz/testing/database';
import { freePort } from '@bitabiz/testing/free-port';
import { until } from '@bitabiz/testing/until';
import { gatewayConfig } from './config.js';
import { startGateway } from './gateway.js';

export type Answer = { status: number; headers: Headers; body: Record<string, any> };
export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
export type TestAccount = {
  id: string;
  /** What `scim` sends. */
  token: string;
  /** What `admin` sends. */
  adminToken: string;
  scim: Call;
  admin: Call;
  /** POSTs a person and expects 201; the answer's body. */
  create: (name: string, over?: object) => Promise<Record<string, any>>;
};

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** For tests that ask faster than a customer may. */
export const withoutLimits = { SCIM_RATE_PER_SECOND: '1000000', SCIM_RATE_BURST: '1000000' };

/**
 * A gateway on real databases and a real port, as a customer's Entra and an operator reach it. @param over configuration of its own.
 * @param now the gateway's clock.
 */
export async function openGateway(over: Record<string, string> = {}, now = () => new Date()) {
  const [database, keys, log, erasures] = await Promise.all([
    createDatabase('gateway'),
    createDatabase('keys'),
    createDatabase('log'),
    createDatabase('erasures'),
  ]);
  const operator = newToken('bbop');
  const service = newToken('bbsvc');
  const env = {
    PORT: String(await freePort()),
    DATABASE_URL: database.appUrl,
    MIGRATION_DATABASE_URL: database.ownerUrl,
    READER_DATABASE_URL: database.batchUrl,
    KEYS_DATABASE_URL: keys.appUrl,
    KEYS_MIGRATION_DATABASE_URL: keys.ownerUrl,
    ERASURES_DATABASE_URL: erasures.batchUrl,
    ERASURES_MIGRATION_DATABASE_URL: erasures.ownerUrl,
    WRAPPING_KEYS: `w1:${randomBytes(32).toString('base64')}`,
    EVENT_LOG: log.ownerUrl,
    OPERATOR_TOKEN_SHA256: operator.hash,
    SERVICE_TOKEN: service.token,
    SERVICE_TOKEN_SHA256S: hashToken(service.token),
    LOG_LEVEL: 'error',
    ...over,
  };
  const start = async (over: Record<string, string> = {}) =>
    (await startGateway(loadConfig(gatewayConfig, { ...env, ...over }), now)).service;
  let running = await start();
  const as = (token: string, base: string): Call => caller(`http://127.0.0.1:${env.PORT}${base}`, token);
  const asOperator = as(operator.token, '');

  async function newAccount(name = 'Nordlys A/S'): Promise<TestAccount> {
    const { id } = (await asOperator('POST', '/accounts', { name })).body as { id: string };
    const issue = async (scope: string) =>
      (await asOperator('POST', `/accounts/${id}/tokens`, { scope, name: scope })).body['token'];
    const token = (await issue('scim')) as string;
    const scim = as(token, '/scim/v2');
    const adminToken = (await issue('admin')) as string;
    const admin = as(adminToken, `/accounts/${id}`);
    return { id, token, scim, adminToken, admin, create: creating(scim) };
  }

  return {
    env,
    database,
    keys,
    log,
    erasures,
    operator: asOperator,
    service: as(service.token, ''),
    as,
    newAccount,
    /** Waits until the log has everything that is stored. */
    drained: () =>
      until(
        async () => (await query(database.adminUrl, 'select count(*)::int as n from store.outbox'))[0]?.['n'] === 0,
      ),
    /** Every event of the account, as another service reads it. */
    async feed(accountId: string) {
      const response = await fetch(`http://127.0.0.1:${env.PORT}/feed?account=${accountId}&limit=1000`, {
        headers: { authorization: `Bearer ${service.token}` },
      });
      return (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, any>);
    },
    /** What `npm run verify` would find. */
    verified: async () => (await asOperator('POST', '/operator/verify')).body['differences'] as unknown[],
    stop: () => running.close(),
    /** Starts it again after `stop`, perhaps configured otherwise. */
    async start(over: Record<string, string> = {}) {
      running = await start(over);
    },
    async close() {
      await running.close();
      await Promise.all([database, keys, log, erasures].map((each) => each.drop()));
    },
  };
}

/** Asks a database something of its own, past every service. */
export async function query(url: string, text: string): Promise<Record<string, any>[]> {
  const pool = createPool(url, { name: 'test', max: 1 });
  return (await pool.query(text).finally(() => pool.end())).rows as Record<string, any>[];
}

export type OpenGateway = Awaited<ReturnType<typeof openGateway>>;

/** How an account's `scim` creates people. */
export const creating =
  (scim: Call): TestAccount['create'] =>
  async (name, over = {}) => {
    const answer = await scim('POST', '/Users', person(name, { ...over }));
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

/** Asks a server with a token. */
export function caller(base: string, token: string): Call {
  return async (method, path, body, headers = {}) => {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...type, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
}

/** A POST body as Entra sends it (entra.md 1.4). */
export const person = (name: string, over: Record<string, unknown> = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
  externalId: randomUUID(),
  userName: `${name}@nordlys.example`,
  active: true,
  emails: [{ primary: true, type: 'work', value: `${name}@nordlys.example` }],
  name: { givenName: name, familyName: 'Lovelace' },
  meta: { resourceType: 'User' },
  roles: [],
  ...over,
});

/** A PATCH body of operations, verbose dialect. */
export const patch = (...operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

export const activeIs = (active: boolean) => patch({ op: 'Replace', path: 'active', value: active ? 'True' : 'False' });
export const managerIs = (id: string) => patch({ op: 'Add', path: `${enterprise}:manager`, value: id });
export const managerOf = (body: Record<string, any>): string | undefined => body[enterprise]?.manager?.value;
