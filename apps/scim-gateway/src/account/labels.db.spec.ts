import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { secretsOf } from '../oauth/oauth.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

describe('the label of a credential', () => {
  it.each(['a\nb', 'a\0b', ' ', 'x'.repeat(101)])('is not %j', async (name) => {
    const ask = async (path: string, body: object) =>
      (await gateway.operator('POST', `/accounts/${account.id}${path}`, { ...body, name })).body['message'];
    for (const path of ['/tokens/regeneration', '/client-secrets']) expect(await ask(path, {})).toMatch(/^name: /);
    expect(await ask('/tokens', { scope: 'admin' })).toMatch(/^name: /);
  });

  it('of an account is one that can be stored', async () =>
    expect((await gateway.operator('POST', '/accounts', { name: 'a\0b' })).status).toBe(400));

  it('tells it from the others that are good, and is free again with it', async () => {
    const secrets = secretsOf(gateway, account);
    const first = await secrets.issue({ name: ' Entra ' });
    expect(first['name']).toBe('Entra');
    expect((await secrets.issue({ name: 'entra' }))['name']).toBe('entra (2)');
    await secrets.revoke(first['secretId']);
    expect((await secrets.issue({ name: 'Entra' }))['name']).toBe('Entra');
    expect((await secrets.list()).map(({ name }) => name)).toEqual(['Entra', 'entra (2)', 'Entra']);
  });

  it('is a token’s own among those of its scope', async () => {
    const { id, admin } = await gateway.newAccount('Labels');
    const issue = async (body: object) => (await gateway.operator('POST', `/accounts/${id}/tokens`, body)).body['name'];
    expect(await issue({ scope: 'admin', name: 'scim' })).toBe('scim');
    expect(await issue({ scope: 'admin', name: 'ADMIN' })).toBe('ADMIN (2)');
    const anew = async () => (await admin('POST', '/tokens/regeneration', { graceHours: 1 })).body['name'];
    expect([await anew(), await anew()]).toEqual(['Microsoft Entra ID', 'Microsoft Entra ID (2)']);
  });
});
