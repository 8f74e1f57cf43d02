import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { openIssuer, trusted, type Issuer } from '../oauth/issuer.fixture.js';
import { askForToken, credentials, secretsOf } from '../oauth/oauth.fixture.js';

let issuer: Issuer;
let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  issuer = await openIssuer();
  gateway = await openGateway({ ENTRA_AUTHORITY: issuer.authority });
  account = await gateway.newAccount();
});
afterAll(async () => {
  await gateway.close();
  await issuer.close();
});

const opens = async (token: string) => (await gateway.as(token, '/scim/v2')('GET', '/Users?count=1')).status;
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const grant = { grant_type: 'client_credentials' };

describe('authentication (entra.md 1.1)', () => {
  it('1.1.5 a long-lived bearer token opens SCIM', async () => expect(await opens(account.token)).toBe(200));

  it('1.1.5 client credentials in the form or the header give an access token for 60 minutes to 6 hours', async () => {
    const { clientSecret } = await secretsOf(gateway, account).issue();
    const byForm = await askForToken(gateway, account.id, { ...credentials(account.id, clientSecret), scope: 'scim' });
    const byHeader = await askForToken(gateway, account.id, grant, { authorization: basic(account.id, clientSecret) });
    for (const { status, body } of [byForm, byHeader]) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) });
      expect(body['expires_in']).toBeGreaterThanOrEqual(60 * 60);
      expect(body['expires_in']).toBeLessThanOrEqual(6 * 60 * 60);
      expect(await opens(body['access_token'])).toBe(200);
    }
  });

  it('1.1.5 two secrets are good at once, so that they can be rotated, and each for 1 to 3 years', async () => {
    const secrets = secretsOf(gateway, account);
    const pair = [await secrets.issue({ name: 'old' }), await secrets.issue({ name: 'new' })];
    for (const { clientSecret } of pair) {
      const { body } = await askForToken(gateway, account.id, credentials(account.id, clientSecret));
      expect(await opens(body['access_token'])).toBe(200);
    }
    const yearMs = 365 * 86_400_000;
    for (const { expiresAt } of (await secrets.list()).filter(({ name }) => name === 'old' || name === 'new')) {
      expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(yearMs - 60_000);
      expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3 * yearMs + 2 * 86_400_000);
    }
  });

  it('1.1.5 an assertion of the tenant (workload identity federation) gives an access token; its keys are kept', async () => {
    await gateway.operator('PUT', `/accounts/${account.id}/federation`, trusted);
    const exchange = async (claims: Record<string, unknown>) =>
      askForToken(gateway, account.id, {
        ...grant,
        client_id: account.id,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await issuer.sign(claims),
      });
    expect(await opens((await exchange({})).body['access_token'])).toBe(200);
    for (const wrong of [{ iss: `${issuer.authority}/x/v2.0` }, { aud: 'x' }, { sub: 'x' }, { tid: 'x' }]) {
      expect(await exchange(wrong), JSON.stringify(wrong)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    }
    expect(issuer.fetched()).toBe(1);
  });

  it('1.1.5 the authorisation code grant, which is retired, is refused', async () =>
    expect(await askForToken(gateway, account.id, { grant_type: 'authorization_code', code: 'x' })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    }));

  it('1.1.5 the token that Entra makes when Secret Token is empty opens nothing', async () => {
    const own = await new SignJWT({ tid: trusted.tenantId })
      .setProtectedHeader({ alg: 'HS256', kid: 'one', typ: 'JWT' })
      .setIssuer(`https://sts.windows.net/${trusted.tenantId}/`)
      .setAudience('8adf8e6e-67b2-4cf2-a259-e3dc5476c621')
      .setExpirationTime('1h')
      .sign(new Uint8Array(32));
    const answer = await gateway.as(own, '/scim/v2')('GET', '/Users');
    expect(answer).toMatchObject({ status: 401, body: { status: '401' } });
    expect(answer.body['detail']).toMatch(/paste the account’s token into Secret Token/);
  });

  it('1.1.6 a regenerated token and the one before it are both good for a while (P16)', async () => {
    const { id, token, admin } = await gateway.newAccount('Rotating');
    const second = (await admin('POST', '/tokens/regeneration', { graceHours: 1 })).body['token'];
    expect([await opens(token), await opens(second)]).toEqual([200, 200]);
    const { tokens } = (await gateway.operator('GET', `/accounts/${id}/tokens`)).body;
    const states = tokens.filter((each: { scope: string }) => each.scope === 'scim');
    expect(states.map((each: { state: string }) => each.state)).toEqual(['expiring', 'active']);
  });
});
