import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { askForToken, credentials, secretsOf } from './oauth.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let secrets: ReturnType<typeof secretsOf>;
let secret: Record<string, any>;
beforeAll(async () => {
  gateway = await openGateway({ FAILED_AUTHENTICATIONS_PER_MINUTE: '1000', TRUSTED_PROXIES: '127.0.0.1' });
  account = await gateway.newAccount();
  secrets = secretsOf(gateway, account);
  secret = await secrets.issue();
});
afterAll(() => gateway.close());

const ask = (form: Record<string, string> | string, headers: Record<string, string> = {}) =>
  askForToken(gateway, account.id, form, headers);
const scim = (token: string) => gateway.as(token, '/scim/v2')('GET', '/Users?count=0');
const basic = (id: string, text: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${text}`).toString('base64')}`,
});
const grant = { grant_type: 'client_credentials' };

describe('client credentials (RFC 6749 section 4.4)', () => {
  it.each([
    ['client_secret_post', () => ask({ ...credentials(account.id, secret['clientSecret']), scope: 'scim.readwrite' })],
    ['client_secret_basic', () => ask(grant, basic(account.id, secret['clientSecret']))],
  ])('give an access token that opens SCIM, with %s', async (_, asked) => {
    const { status, headers, body } = await asked();
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600, scope: 'scim' });
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await scim(body['access_token'])).status).toBe(200);
    expect((await gateway.as(body['access_token'], '')('GET', `/accounts/${account.id}`)).status).toBeGreaterThan(400);
  });

  it('are told with where to paste them, and the secret only once', async () => {
    expect(secret).toMatchObject({ clientId: account.id, clientSecret: expect.stringMatching(/^bbclient_/) });
    expect(secret['tokenEndpoint']).toBe(`http://127.0.0.1:${gateway.env.PORT}/oauth/${account.id}/token`);
    const stored = [
      await query(gateway.database.adminUrl, 'select s::text from own.client_secrets s'),
      await gateway.feed(account.id),
      await secrets.list(),
    ];
    for (const each of stored) expect(JSON.stringify(each)).not.toContain(secret['clientSecret']);
  });

  it('show when they were used last, and from where: a proxy’s word counts when it is trusted', async () => {
    const { secretId, clientSecret } = await secrets.issue({ name: 'behind a proxy' });
    await ask(credentials(account.id, clientSecret), { 'x-forwarded-for': '192.0.2.7' });
    const mine = async () => (await secrets.list()).find((each) => each['secretId'] === secretId);
    const used = await until(async () => (await mine())?.['lastUsedAt'] && mine());
    expect(used).toMatchObject({ state: 'active', lastUsedFrom: '192.0.2.7' });
    await secrets.revoke(secretId);
    expect(await mine()).toMatchObject({ state: 'revoked' });
  });

  it('let several secrets be good at a time, and end the access tokens of one that is revoked', async () => {
    const second = await secrets.issue({ name: 'second' });
    const tokens = await Promise.all(
      [secret, second].map(
        async (each) => (await ask(credentials(account.id, each['clientSecret']))).body['access_token'],
      ),
    );
    for (const token of tokens) expect((await scim(token)).status).toBe(200);
    await secrets.revoke(second['secretId']);
    expect((await Promise.all(tokens.map(scim))).map(({ status }) => status)).toEqual([200, 401]);
    expect(await ask(credentials(account.id, second['clientSecret']))).toMatchObject({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: expect.stringMatching(/'second' was revoked at 20.*Client Secret.*\(secret.ended, /),
      },
    });
    expect(await gateway.verified()).toEqual([]);
  });

  it('end with their secret', async () => {
    const short = await secrets.issue({ name: 'short', expiresAt: new Date(Date.now() + 1_000).toISOString() });
    const { body } = await ask(credentials(account.id, short['clientSecret']));
    expect(body['expires_in']).toBe(1);
    await until(async () => (await scim(body['access_token'])).status === 401);
    expect((await scim(body['access_token'])).body['detail']).toMatch(/“short” expired at 20.*\(secret.ended, /);
    expect((await ask(credentials(account.id, short['clientSecret']))).body['error_description']).toMatch(
      /'short' expired at 20.*\(secret.ended, /,
    );
  });

  it('of another account open nothing here, and stop with their account', async () => {
    const other = await gateway.newAccount('Other');
    const theirs = await secretsOf(gateway, other).issue();
    for (const id of [account.id, other.id]) {
      expect(await ask(credentials(id, theirs['clientSecret']))).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    }
    const { body } = await askForToken(gateway, other.id, credentials(other.id, theirs['clientSecret']));
    expect((await scim(body['access_token'])).status).toBe(200);
    await gateway.operator('DELETE', `/accounts/${other.id}`);
    expect((await scim(body['access_token'])).status).toBe(401);
    const closed = await askForToken(gateway, other.id, credentials(other.id, theirs['clientSecret']));
    expect(closed).toMatchObject({ status: 401, body: { error_description: expect.stringMatching(/account.closed/) } });
    const guessed = await askForToken(gateway, other.id, credentials(other.id, 'x'));
    expect(guessed.body['error_description']).toMatch(/secret.invalid/);
  });

  it('give tokens that a changed letter makes worthless', async () => {
    const { body } = await ask(credentials(account.id, secret['clientSecret']));
    const [head, payload, signature] = String(body['access_token']).split('.') as [string, string, string];
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), exp: 4e9 }),
    );
    const forged = await scim([head, other.toString('base64url'), signature].join('.'));
    expect(forged.status).toBe(401);
    expect(forged.body['detail']).toMatch(/get one at the account’s token endpoint/);
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    expect((await scim(`${none}.${payload}.`)).status).toBe(401);
  });
});

describe('a refusal of the token endpoint (RFC 6749 section 5.2)', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['nothing', () => ask(''), 400, 'invalid_request', /grant_type is missing/],
    ['JSON', () => ask('{}', json), 400, 'invalid_request', /Send a form/],
    ['another grant', () => ask({ grant_type: 'password' }), 400, 'unsupported_grant_type', /client_credentials/],
    [
      'a parameter twice',
      () => ask('grant_type=client_credentials&scope=a&scope=b'),
      400,
      'invalid_request',
      /more than once/,
    ],
    ['no client', () => ask(grant), 401, 'invalid_client', /does not prove who it is/],
    [
      'an unknown secret',
      () => ask(credentials(account.id, 'x')),
      401,
      'invalid_client',
      /Nobody knows this client secret.*\(secret.invalid, /,
    ],
    [
      'another client id',
      () => ask(credentials('me', secret['clientSecret'])),
      401,
      'invalid_client',
      /client_id: expected .*, came me/,
    ],
    [
      'two proofs',
      () => ask(credentials(account.id, 'x'), basic(account.id, 'x')),
      400,
      'invalid_request',
      /more than one way/,
    ],
    [
      'an assertion of no type',
      () => ask({ ...grant, client_assertion: 'x' }),
      400,
      'invalid_request',
      /client_assertion_type/,
    ],
  ])('says what is wrong with %s', async (_, asked, status, error, description) => {
    const answer = await asked();
    expect(answer).toMatchObject({ status, body: { error, error_description: expect.stringMatching(description) } });
    expect(answer.body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(Object.keys(answer.body)).toEqual(['error', 'error_description']);
  });

  it('asks for Basic when the client used it', async () => {
    const answer = await ask(grant, basic(account.id, 'x'));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('does not tell which accounts there are (P15)', async () => {
    const nobody = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d';
    const [here, there] = await Promise.all(
      [account.id, nobody].map((id) => askForToken(gateway, id, credentials(id, 'x'))),
    );
    const said = (text: string) => text.replace(/request [\w-]+/, '');
    expect(said(here?.body['error_description'])).toBe(said(there?.body['error_description']));
  });

  it('is not needed by who reads the metadata first (RFC 8414)', async () => {
    const root = `http://127.0.0.1:${gateway.env.PORT}`;
    const response = await fetch(`${root}/.well-known/oauth-authorization-server/oauth/${account.id}`);
    expect(await response.json()).toMatchObject({
      issuer: `${root}/oauth/${account.id}`,
      token_endpoint: `${root}/oauth/${account.id}/token`,
      grant_types_supported: ['client_credentials'],
    });
  });
});
