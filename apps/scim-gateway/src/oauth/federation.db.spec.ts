import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { applicationId, openIssuer, subject, tenantId, trusted, type Issuer } from './issuer.fixture.js';
import { askForToken } from './oauth.fixture.js';

let issuer: Issuer;
let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  issuer = await openIssuer();
  await issuer.addKey('elliptic', 'ES256');
  gateway = await openGateway({ ENTRA_AUTHORITY: issuer.authority, FAILED_AUTHENTICATIONS_PER_MINUTE: '1000' });
  account = await gateway.newAccount();
  await configure(trusted);
});
afterAll(async () => {
  await gateway.close();
  await issuer.close();
});

const configure = (body: object, { id } = account) => gateway.operator('PUT', `/accounts/${id}/federation`, body);
const exchange = (assertion: string, over: Record<string, string> = {}, { id } = account) =>
  askForToken(gateway, id, {
    grant_type: 'client_credentials',
    client_id: id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    scope: 'scim',
    ...over,
  });
const scim = (token: string) => gateway.as(token, '/scim/v2')('GET', '/Users?count=0');

describe('an assertion of the configured tenant (RFC 7523 section 2.2)', () => {
  it.each([
    ['as Entra makes it', {}, {}],
    ['with the bare application as audience', { aud: applicationId }, {}],
    ['with the scope as audience, as Entra shows it', { aud: `api://${applicationId}/.default` }, {}],
    ['with an elliptic key', {}, { alg: 'ES256', kid: 'elliptic' }],
  ])('is exchanged for an access token that opens SCIM: %s', async (_, claims, signing) => {
    const { status, body } = await exchange(await issuer.sign(claims, signing));
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'scim' });
    expect((await scim(body['access_token'])).status).toBe(200);
  });

  it('opens nothing at SCIM itself', async () => {
    expect((await scim(await issuer.sign())).status).toBe(401);
  });

  it('opens only the account that trusts it (P15)', async () => {
    const other = await gateway.newAccount('Other');
    expect((await exchange(await issuer.sign(), {}, other)).body['error_description']).toMatch(
      /No assertion is trusted here/,
    );
    await configure({ ...trusted, subject: 'somebody else' }, other);
    expect((await exchange(await issuer.sign(), {}, other)).status).toBe(401);
  });
});

describe('an assertion is refused with what was expected and what came', () => {
  const now = Math.floor(Date.now() / 1_000);
  const foreign = 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0';
  it.each([
    ['another tenant', { iss: foreign }, new RegExp(`iss: expected http.*${tenantId}/v2.0, came '${foreign}'`)],
    ['another application', { aud: 'api://x' }, new RegExp(`aud: expected api://${applicationId}, came 'api://x'`)],
    ['another subject', { sub: 'x' }, new RegExp(`sub: expected ${subject}, came 'x'`)],
    ['another tid', { tid: 'x' }, new RegExp(`tid: expected ${tenantId}, came 'x'`)],
    ['no tid', { tid: undefined }, new RegExp(`tid: expected ${tenantId}, came nothing`)],
    ['no subject', { sub: undefined }, new RegExp(`sub: expected ${subject}, came nothing`)],
    ['no end', { exp: undefined }, /exp: expected a time to come, came nothing/],
    ['an end that is over', { exp: now - 60 }, /ended at 20/],
    ['a beginning that is to come', { nbf: now + 600 }, /begins only at 20/],
  ])('for %s', async (_, claims, sentence) => {
    const answer = await exchange(await issuer.sign(claims));
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(answer.body['error_description']).toMatch(sentence);
  });

  it('for the key of somebody else under the tenant’s key id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const answer = await exchange(await issuer.sign({}, { key: privateKey }));
    expect(answer.body['error_description']).toMatch(/signature is not the one of the key 'one' of tenant/);
  });

  it('for a key id that the tenant does not publish', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const answer = await exchange(await issuer.sign({}, { key: privateKey, kid: 'stranger' }));
    expect(answer.body['error_description']).toMatch(/the key 'stranger', which tenant .* does not publish/);
  });

  it('for an algorithm with a shared secret, or none', async () => {
    const answer = await exchange(await issuer.sign({}, { alg: 'HS256', key: new Uint8Array(32) }));
    expect(answer.body['error_description']).toMatch(/alg: expected RS256 or ES256, came 'HS256'/);
    const [, payload] = (await issuer.sign()).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    expect((await exchange(none)).body['error_description']).toMatch(/alg: expected RS256 or ES256, came 'none'/);
  });

  it('for what is no JWT, and another client id', async () => {
    expect((await exchange('x')).body['error_description']).toMatch(/not a signed JWT/);
    const answer = await exchange(await issuer.sign(), { client_id: applicationId });
    expect(answer.body['error_description']).toMatch(`client_id: expected ${account.id}, came ${applicationId}`);
  });
});

describe('the configuration of the federation', () => {
  it('is shown, with what is pasted into Entra', async () => {
    const { body } = await account.admin('GET', '/federation');
    expect(body).toMatchObject({
      federation: trusted,
      clientId: account.id,
      tokenEndpoint: expect.stringMatching(`/oauth/${account.id}/token$`),
    });
    expect((await account.admin('PUT', '/federation', trusted)).status).toBe(403);
  });

  it('ends the access tokens that were given under it when it is changed or removed', async () => {
    const first = (await exchange(await issuer.sign())).body['access_token'];
    expect((await scim(first)).status).toBe(200);
    await configure({ ...trusted, subject: 'x' });
    expect((await scim(first)).status).toBe(401);
    const second = (await exchange(await issuer.sign({ sub: 'x' }))).body['access_token'];
    expect((await scim(second)).status).toBe(200);
    expect((await gateway.operator('DELETE', `/accounts/${account.id}/federation`)).status).toBe(204);
    expect((await scim(second)).status).toBe(401);
    expect((await account.admin('GET', '/federation')).body['federation']).toBeNull();
    expect(await gateway.verified()).toEqual([]);
  });
});
