import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type Answer, type Call, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { trusted } from '../oauth/issuer.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const idOf = (answer: Answer, name: string) => answer.body[name] as string;
const operator: Call = (method, path, body) => gateway.operator(method, `/accounts/${account.id}${path}`, body);

describe('a Setup admin (P1, P16)', () => {
  it('lists and revokes the account’s tokens', async () => {
    const tokenId = idOf(await operator('POST', '/tokens', { scope: 'scim', name: 'leaked' }), 'tokenId');
    expect((await account.admin('DELETE', `/tokens/${tokenId}`)).status).toBe(204);
    const { tokens } = (await account.admin('GET', '/tokens')).body;
    expect(tokens).toContainEqual(expect.objectContaining({ name: 'leaked', state: 'revoked' }));
  });

  it('makes, lists and revokes client secrets', async () => {
    const secretId = idOf(await account.admin('POST', '/client-secrets', { name: 'Entra' }), 'secretId');
    expect((await account.admin('DELETE', `/client-secrets/${secretId}`)).status).toBe(204);
    expect((await account.admin('GET', '/client-secrets')).body['secrets']).toMatchObject([
      { name: 'Entra', state: 'revoked' },
    ]);
  });

  it('sees the connection sheet, its health and the federation', async () => {
    for (const path of ['/connection', '/connection/health', '/federation'])
      expect((await account.admin('GET', path)).status).toBe(200);
  });

  it.each([
    ['PUT', '/federation', trusted],
    ['DELETE', '/federation', undefined],
    ['POST', '/tokens', { scope: 'admin', name: 'x' }],
    ['DELETE', '', undefined],
  ])('may not %s %s: that is the operator’s, and the refusal says so', async (method, path, body) => {
    expect(await account.admin(method, path, body)).toMatchObject({
      status: 403,
      body: { code: 'token.scope', message: 'Only the operator may do this: ask there, or send that token' },
    });
    expect((await account.admin('GET', '/federation')).body['federation']).toBeNull();
    expect((await account.admin('GET', '')).body['status']).toBe('open');
  });

  it('of another account may nothing of it, and does not learn that it is there (P15)', async () => {
    const other = await gateway.newAccount('Other');
    const tokenId = idOf(await operator('POST', '/client-secrets', { name: 'x' }), 'secretId');
    const there = gateway.as(other.adminToken, `/accounts/${account.id}`);
    for (const path of [`/tokens/${tokenId}`, `/client-secrets/${tokenId}`])
      expect(await there('DELETE', path)).toMatchObject({ status: 404, body: { code: 'account.unknown' } });
    expect((await there('POST', '/client-secrets', { name: 'x' })).status).toBe(404);
  });
});

describe('who else asks', () => {
  it.each([
    ['Entra’s own token', () => gateway.as(account.token, `/accounts/${account.id}`)],
    [
      'another service',
      (): Call => (method, path, body) => gateway.service(method, `/accounts/${account.id}${path}`, body),
    ],
  ])('with %s is told who may', async (_, as) => {
    for (const [method, path] of [
      ['GET', '/tokens'],
      ['DELETE', `/tokens/${crypto.randomUUID()}`],
      ['POST', '/client-secrets'],
      ['GET', '/connection'],
    ] as const) {
      expect(await as()(method, path, method === 'POST' ? { name: 'x' } : undefined)).toMatchObject({
        status: 403,
        body: {
          message: 'Only the operator or a Setup admin of the account may do this: ask there, or send that token',
        },
      });
    }
  });
});
