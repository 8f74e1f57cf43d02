import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { openIssuer, trusted, type Issuer } from '../oauth/issuer.fixture.js';
import { askForToken, credentials, secretsOf } from '../oauth/oauth.fixture.js';
import { entryWith, logOf } from './log.fixture.js';

let issuer: Issuer;
let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  issuer = await openIssuer();
  gateway = await openGateway({
    ENTRA_AUTHORITY: issuer.authority,
    FAILED_AUTHENTICATIONS_PER_MINUTE: '1000',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  account = await gateway.newAccount();
});
afterAll(async () => {
  await gateway.close();
  await issuer.close();
});

const ask = (form: Record<string, string>, correlation: string, { id } = account) =>
  askForToken(gateway, id, form, { 'x-correlation-id': correlation });
const refused = async (form: Record<string, string>, correlation: string, of = account) => {
  expect((await ask(form, correlation, of)).status).toBeGreaterThanOrEqual(400);
  return entryWith(of, correlation);
};
const asserting = (assertion: string) => ({
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
});
const stranger = 'written-by-a-stranger';
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
const lastOutcomes = async (of = account) =>
  (await of.admin('GET', '/connection')).body['credentials'].map((each: Record<string, any>) => [
    each['name'],
    each['lastOutcome']?.code,
  ]);

describe('a request that the token endpoint refused is in the provisioning log (P18)', () => {
  it('with a secret that ended: which one, when, and what to do; health and the sheet know it too', async () => {
    const { secretId, clientSecret } = await secretsOf(gateway, account).issue({ name: 'Old' });
    await secretsOf(gateway, account).revoke(secretId);
    const entry = await refused(credentials(account.id, clientSecret), 'ended-secret');
    expect(entry).toMatchObject({
      provisioningAction: 'Other',
      outcome: 'Failure',
      lookup: null,
      tokenId: secretId,
      request: { method: 'POST', status: 401 },
      provisioningErrorInfo: {
        errorCode: 'secret.ended',
        reason: expect.stringMatching(/^The client secret “Old” was revoked at 20/),
        recommendedAction: expect.stringContaining('Client Secret'),
      },
    });
    expect(JSON.stringify(entry)).not.toContain(clientSecret);
    expect(await lastOutcomes()).toContainEqual(['Old', 'secret.ended']);
    const { state, advice } = (await account.admin('GET', '/connection/health')).body;
    expect([state, advice[1]]).toMatchObject(['refused', { code: 'secret.ended' }]);
  });

  it.each([
    ['an unknown secret', { client_secret: 'pasted-secret' }, 'secret.invalid'],
    ['a secret in the wrong field', { client_id: 'pasted-secret', client_secret: 'x' }, 'client.id'],
    ['another grant', { grant_type: 'password', password: 'pasted-secret' }, 'client.request'],
    ['no proof', { client_assertion: '' }, 'client.unproved'],
  ])('with %s, and nothing of it', async (name, over: Record<string, string>, code) => {
    const form = { grant_type: 'client_credentials', client_id: account.id, ...over };
    const entry = await refused(form, name.replaceAll(' ', '-'));
    expect(entry).toMatchObject({ tokenId: null, provisioningErrorInfo: { errorCode: code } });
    expect(JSON.stringify(entry)).not.toContain('pasted-secret');
  });

  it('with an assertion that is not accepted: what was expected, as the federation’s last outcome', async () => {
    await gateway.operator('PUT', `/accounts/${account.id}/federation`, trusted);
    const assertion = await issuer.sign({ sub: 'somebody' });
    const entry = await refused(asserting(assertion), 'bad-assertion');
    expect(entry.provisioningErrorInfo).toMatchObject({
      errorCode: 'federation.assertion',
      reason: expect.stringMatching(/sub: expected .*, came "somebody"/),
    });
    expect(JSON.stringify(entry)).not.toContain(assertion.slice(0, 40));
    expect(await lastOutcomes()).toContainEqual([`tenant ${trusted.tenantId}`, 'federation.assertion']);
  });

  it.each([
    ['iss', { iss: stranger }, {}],
    ['kid', {}, { kid: stranger }],
    ['alg', {}, { alg: stranger }],
    ['crit', {}, { crit: [stranger], [stranger]: 1 }],
  ])(
    'with a stranger’s assertion: nothing that nobody signed (%s), and not as the federation’s last outcome',
    async (name, claims, header) => {
      const own = await gateway.newAccount(`Forged ${name}`);
      await gateway.operator('PUT', `/accounts/${own.id}/federation`, trusted);
      const [head, payload] = (await issuer.sign(claims)).split('.') as [string, string];
      const forged = Buffer.from(JSON.stringify({ ...decoded(head), ...header })).toString('base64url');
      const entry = await refused(asserting(`${forged}.${payload}.x`), `forged-${name}`, own);
      expect(entry).toMatchObject({ tokenId: null, provisioningErrorInfo: { errorCode: 'federation.assertion' } });
      expect(JSON.stringify(entry)).not.toContain(stranger);
      expect(await lastOutcomes(own)).toContainEqual([`tenant ${trusted.tenantId}`, undefined]);
    },
  );

  it('but a flood of bad ones does not fill it, and hides no secret that ended', async () => {
    const flooded = await gateway.newAccount('Flooded');
    const { secretId, clientSecret } = await secretsOf(gateway, flooded).issue();
    await secretsOf(gateway, flooded).revoke(secretId);
    await Promise.all(Array.from({ length: 60 }, (_, n) => ask(credentials(flooded.id, 'x'), `flood-${n}`, flooded)));
    await refused(credentials(flooded.id, clientSecret), 'after-the-flood', flooded);
    const rows = await until(async () => {
      const { entries } = await logOf(flooded, 'limit=200');
      return entries.length > 20 && entries;
    });
    expect(rows).toHaveLength(21);
  });

  it('nor does it hide what else is wrong: what Entra sends is another refusal than a stranger’s empty form', async () => {
    const probed = await gateway.newAccount('Probed');
    await Promise.all(Array.from({ length: 30 }, (_, n) => ask({}, `probe-${n}`, probed)));
    const entry = await refused(credentials(probed.id, 'x'), 'beside-the-probe', probed);
    expect(entry.provisioningErrorInfo).toMatchObject({ errorCode: 'secret.invalid' });
  });

  it('nor do ever other accounts that a stranger names keep others’ from being looked up', async () => {
    const away = { 'x-forwarded-for': '192.0.2.7' };
    const besides = await gateway.newAccount('Besides');
    const form = credentials(besides.id, 'x');
    await Promise.all(Array.from({ length: 200 }, () => askForToken(gateway, crypto.randomUUID(), form, away)));
    // Several at once: a look-up a moment later may always be had.
    const forms = [form, { ...form, client_id: 'me' }, { ...form, client_secret: '' }, {}];
    await Promise.all(forms.map((each, n) => refused(each, `beside-the-names-${n}`, besides)));
  });

  it('and nobody makes rows of an account that is not there', async () => {
    const nobody = { id: crypto.randomUUID() };
    await ask(credentials(nobody.id, 'x'), 'nobody', nobody as TestAccount);
    await refused(credentials(account.id, 'x'), 'somebody');
    const rows = `select 1 from own.provisioning_log where account_id = '${nobody.id}'`;
    expect(await query(gateway.database.adminUrl, rows)).toEqual([]);
  });
});
