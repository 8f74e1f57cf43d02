import { until } from '@bitabiz/testing/until';
import { ERROR, ERROR_DETAILS } from './scim/error.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from './gateway.fixture.js';
import { askForToken, credentials, secretsOf } from './oauth/oauth.fixture.js';

const burst = 30;
const failures = 5;
let gateway: OpenGateway;
let [loud, quiet]: TestAccount[] = [];
beforeAll(async () => {
  gateway = await openGateway({
    SCIM_RATE_PER_SECOND: '25',
    SCIM_RATE_BURST: String(burst),
    FAILED_AUTHENTICATIONS_PER_MINUTE: String(failures),
  });
  loud = await gateway.newAccount('Loud');
  quiet = await gateway.newAccount('Quiet');
});
afterAll(() => gateway.close());

const limitedBy = async (limit: string): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${gateway.env.PORT}/metrics`, {
    headers: { authorization: `Bearer ${gateway.env.SERVICE_TOKEN}` },
  });
  const lines = (await response.text()).split('\n');
  return Number(lines.find((line) => line.includes(`scim_requests_limited_total{limit="${limit}"`))?.split(' ')[1]);
};
const many = (count: number, account = loud) =>
  Promise.all(Array.from({ length: count }, () => (account as TestAccount).scim('GET', '/Users?count=0')));

describe('the rate of an account (25 a second at least, as Entra’s gallery requires)', () => {
  it('is not configured lower', async () => {
    await gateway.stop();
    await expect(gateway.start({ SCIM_RATE_PER_SECOND: '24' })).rejects.toThrow(/25 or more/);
    await gateway.start();
  });

  it('lets a burst pass, and then says when to come again, as a SCIM Error', async () => {
    const began = performance.now();
    const answers = await many(100);
    const seconds = (performance.now() - began) / 1_000;
    const passed = answers.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(burst);
    expect(passed).toBeLessThanOrEqual(burst + Math.ceil(25 * seconds));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(100 - passed);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.headers.get('content-type')).toMatch('application/scim+json');
    expect(refused[0]?.body).toEqual({
      schemas: [ERROR, ERROR_DETAILS],
      status: '429',
      detail: expect.stringMatching(
        /^This account asks more than 25 times a second: send the request again in 1 s \(access.tooFast, /,
      ),
      [ERROR_DETAILS]: { requestId: expect.stringMatching(/^.{8,}$/), code: 'access.tooFast' },
    });
    expect(await limitedBy('account')).toBe(refused.length);
  });

  it('counts the operations of a bulk request, and admits all of them or none', async () => {
    const { id, scim } = await gateway.newAccount('Bulk');
    const Operations = Array.from({ length: 6 * burst }, (_, n) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `b${n}`,
      data: { displayName: `G${n}` },
    }));
    const first = await scim('POST', '/Bulk', { Operations });
    const statuses = first.body['Operations'].map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(Operations.map(() => '201'));
    const second = await scim('POST', '/Bulk', {
      Operations: Operations.map((each) => ({ ...each, data: { displayName: `again ${each.bulkId}` } })),
    });
    expect(second).toMatchObject({ status: 429, body: { status: '429' } });
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const count = `select count(*)::int as n from own.groups where account_id = '${id}'`;
    expect(await query(gateway.database.adminUrl, count)).toEqual([{ n: Operations.length }]);
  });

  it('is each account’s own', async () => {
    const [, answers] = await Promise.all([many(60), many(10, quiet)]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });
});

describe('failed authentications from one address', () => {
  it('are answered 429 after some, without shutting out anybody whose token is good: all companies share Entra’s addresses', async () => {
    const unknown = gateway.as('nobody', '/scim/v2');
    const statuses = [];
    for (let n = 0; n <= failures; n++) statuses.push((await unknown('GET', '/Users')).status);
    expect(statuses).toEqual([...Array.from({ length: failures }, () => 401), 429]);
    const refused = await unknown('GET', '/Users');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
    expect(refused.body['detail']).toMatch(/Too many tokens or secrets from this address were not good: check what/);
    // Neither one that is known here, nor one that this process has never seen.
    expect((await quiet?.scim('GET', '/Users'))?.status).toBe(200);
    const fresh = await gateway.newAccount('Fresh');
    expect((await fresh.scim('GET', '/Users')).status).toBe(200);
    expect(await limitedBy('address')).toBe(2);
  });

  it('are also requests for an access token that prove nothing, whatever is wrong with them', async () => {
    await gateway.stop();
    await gateway.start();
    const { id } = await gateway.newAccount('Probed');
    const wrong = ['', 'grant_type=password', 'scope=a&scope=a', '&'.repeat(3), 'grant_type=client_credentials'];
    const answers = [];
    for (const form of wrong) answers.push((await askForToken(gateway, id, form)).status);
    expect(answers).toEqual([400, 400, 400, 400, 401]);
    const { status, headers, body } = await askForToken(gateway, id, '');
    expect([status, body['error']]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(1);
    const { clientSecret } = await secretsOf(gateway, { id }).issue();
    expect((await askForToken(gateway, id, credentials(id, clientSecret))).status).toBe(200);
  });
});

describe.each([
  ['the admin API', '/accounts', 'GET', undefined],
  ['the numbers', '/metrics', 'GET', undefined],
  ['an import', '/accounts/0197f3c2-0000-7000-8000-000000000000/imports', 'POST', undefined],
  ['SCIM with a long body', '/scim/v2/Users', 'POST', { text: 'x'.repeat(100_000) }],
])('failed authentications at %s', (_, path, method, body) => {
  it('count as well, and shut out nobody whose token is good', async () => {
    await gateway.stop();
    await gateway.start();
    const statuses = [];
    for (let n = 0; n <= failures; n++) statuses.push((await gateway.as('nobody', '')(method, path, body)).status);
    expect(statuses).toEqual([...Array.from({ length: failures }, () => 401), 429]);
    expect((await gateway.operator('GET', '/accounts')).status).toBe(200);
    expect((await quiet?.scim('POST', '/Users', body ?? {}))?.status).toBe(400);
  });
});

describe('what the provisioning log keeps of requests that no rate limit counted (P18)', () => {
  const rowsOf = async ({ id }: TestAccount) =>
    (
      await query(
        gateway.database.adminUrl,
        `select code, count(*)::int as rows, count(key_id)::int as keys from own.provisioning_log where account_id = '${id}' group by 1`,
      )
    ).map(({ code, rows, keys }) => ({ code: code as string, rows: rows as number, keys: keys as number }));
  const broken = (account: TestAccount, count: number) =>
    Promise.all(Array.from({ length: count }, () => account.scim('POST', '/Users', '{')));

  it('is a hundred of a good credential, none with a key of its own', async () => {
    const account = await gateway.newAccount('Broken');
    for (const { status } of await broken(account, 150)) expect(status).toBe(400);
    const [row] = await until(async () => {
      const rows = await rowsOf(account);
      return (rows[0]?.rows ?? 0) >= 100 ? rows : undefined;
    });
    expect(row).toMatchObject({ keys: 0 });
    expect(row?.rows).toBeLessThan(110);
  });

  it('is twenty of one that ended, whose holder hears that from every address, and so does its admin', async () => {
    const account = await gateway.newAccount('Ended');
    const { tokens } = (await account.admin('GET', '/tokens')).body as { tokens: { tokenId: string; scope: string }[] };
    const { tokenId } = tokens.find(({ scope }) => scope === 'scim') as { tokenId: string };
    expect((await account.admin('DELETE', `/tokens/${tokenId}`)).status).toBe(204);
    const answers = [];
    for (let n = 0; n < 4 * failures; n++) answers.push(await account.scim('GET', '/Users'));
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body['detail']).toMatch(/was revoked at .*token\.ended/);
    }
    await broken(account, 50);
    const total = async () => (await rowsOf(account)).reduce((sum, { rows }) => sum + rows, 0);
    await until(async () => (await total()) >= 20);
    expect(await total()).toBeLessThan(23);
    expect((await account.admin('GET', '/connection/health')).body).toMatchObject({ state: 'refused' });
  });
});
