import { loadConfig } from '@bitabiz/service-kit/config';
import type { RunningService } from '@bitabiz/service-kit/bootstrap';
import { newToken } from '@bitabiz/service-kit/tokens';
import { freePort } from '@bitabiz/testing/free-port';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayConfig } from '../config.js';
import { startGateway } from '../gateway.js';
import { caller, openGateway, query, type OpenGateway } from '../gateway.fixture.js';

let gateway: OpenGateway;
let replica: RunningService;
let replicaUrl: string;

beforeAll(async () => {
  gateway = await openGateway();
  const port = String(await freePort());
  replicaUrl = `http://127.0.0.1:${port}/scim/v2`;
  replica = (await startGateway(loadConfig(gatewayConfig, { ...gateway.env, PORT: port }))).service;
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});

const issue = async (accountId: string, over: object = {}) =>
  (await gateway.operator('POST', `/accounts/${accountId}/tokens`, { scope: 'scim', name: 'second', ...over })).body;
const revoke = (accountId: string, tokenId: string) =>
  gateway.operator('DELETE', `/accounts/${accountId}/tokens/${tokenId}`);
const listed = async (accountId: string) =>
  (await gateway.operator('GET', `/accounts/${accountId}/tokens`)).body['tokens'] as Record<string, any>[];

describe('tokens (P1, P16)', () => {
  it('stop at once when they are revoked, and when the account is closed', async () => {
    const account = await gateway.newAccount('Short-lived');
    const issued = await issue(account.id);
    const second = gateway.as(issued['token'], '/scim/v2');
    expect((await second('GET', '/Users')).status).toBe(200);
    await revoke(account.id, issued['tokenId']);
    const told = async (answer: ReturnType<typeof second>) =>
      (({ status, body }) => [status, body['detail'] ?? body['message']])(await answer);
    expect(await told(second('GET', '/Users'))).toEqual([
      401,
      expect.stringMatching(/“second” was revoked at 20.*\(token.ended, /),
    ]);
    expect((await account.scim('GET', '/Users')).status).toBe(200);
    await gateway.operator('DELETE', `/accounts/${account.id}`);
    for (const call of [second, account.scim])
      expect(await told(call('GET', '/Users'))).toEqual([
        401,
        expect.stringMatching(/^This account is closed.*\(account.closed, /),
      ]);
    expect(await told(account.admin('GET', ''))).toEqual([401, expect.stringMatching(/^This account is closed/)]);
  });

  it('are generated anew by a Setup admin: the old one stops at once, or after the grace', async () => {
    const account = await gateway.newAccount('Anew');
    const anew = async (body?: object) => (await account.admin('POST', '/tokens/regeneration', body)).body;
    const second = await anew();
    expect(second).toMatchObject({ scope: 'scim', ended: [{ name: 'scim' }] });
    expect((await account.scim('GET', '/Users')).status).toBe(401);
    const third = await anew({ graceHours: 24, name: 'Third' });
    expect(third['ended']).toEqual([
      { tokenId: second['tokenId'], name: 'Microsoft Entra ID', revokedAt: expect.any(String) },
    ]);
    for (const { token } of [second, third])
      expect((await gateway.as(token, '/scim/v2')('GET', '/Users')).status).toBe(200);
    expect((await listed(account.id)).filter(({ scope }) => scope === 'scim').map(({ state }) => state)).toEqual([
      'revoked',
      'expiring',
      'active',
    ]);
    expect((await account.admin('POST', '/tokens/regeneration', { graceHours: -1 })).status).toBe(400);
  });

  it('with a grace take the place of the one that Entra does not use, and of none of two that are used; without one, of all (P16)', async () => {
    const account = await gateway.newAccount('In use');
    const anew = (body?: object) => account.admin('POST', '/tokens/regeneration', body);
    const unused = await issue(account.id);
    const used = async (count: number) =>
      until(
        async () =>
          (await listed(account.id)).filter((each) => each['lastUsedAt'] && each['scope'] === 'scim').length === count,
      );
    await account.scim('GET', '/Users');
    await used(1);
    const next = (await anew({ graceHours: 24 })).body;
    const [inUse, ...room] = next['ended'];
    expect(inUse).toMatchObject({ name: 'scim' });
    expect(Date.parse(inUse['revokedAt'])).toBeGreaterThan(Date.now());
    expect(room).toEqual([{ tokenId: unused['tokenId'], name: 'second', revokedAt: expect.any(String) }]);
    expect((await account.scim('GET', '/Users')).status).toBe(200);
    expect((await gateway.as(next['token'], '/scim/v2')('GET', '/Users')).status).toBe(200);
    await used(2);
    const before = await listed(account.id);
    expect(await anew({ graceHours: 1 })).toMatchObject({ status: 409, body: { code: 'token.inUse' } });
    expect(await listed(account.id)).toEqual(before);
    const last = (await anew()).body;
    expect(last['ended'].map((each: { name: string }) => each.name)).toEqual(['scim', next['name']]);
    expect((await account.scim('GET', '/Users')).status).toBe(401);
    expect((await gateway.as(last['token'], '/scim/v2')('GET', '/Users')).status).toBe(200);
  });

  it('without a grace end the one too whose earlier grace is not over (P16)', async () => {
    const account = await gateway.newAccount('Twice');
    await account.scim('GET', '/Users');
    await until(async () => (await listed(account.id)).some((each) => each['lastUsedAt'] && each['scope'] === 'scim'));
    const [inUse] = (await account.admin('POST', '/tokens/regeneration', { graceHours: 24 })).body['ended'];
    const { ended } = (await account.admin('POST', '/tokens/regeneration')).body;
    expect(ended).toHaveLength(2);
    expect(ended[0]).toMatchObject({ tokenId: inUse['tokenId'], revokedAt: ended[1]['revokedAt'] });
    expect((await account.scim('GET', '/Users')).status).toBe(401);
  });

  it('stop within a second on a replica that has just used them', async () => {
    const account = await gateway.newAccount('Two replicas');
    const issued = await issue(account.id);
    const there = caller(replicaUrl, issued['token']);
    expect((await there('GET', '/Users')).status).toBe(200);
    await revoke(account.id, issued['tokenId']);
    const revokedAt = performance.now();
    const refusedAt = await until(async () => {
      const asked = performance.now();
      const { status } = await there('GET', '/Users');
      // Whatever was asked later than the promised second must be refused.
      if (status === 200) expect(asked - revokedAt).toBeLessThan(1_000);
      return status === 401 && asked;
    });
    expect(refusedAt).toBeGreaterThan(revokedAt);
  });

  it('of an administrator say so where Entra’s belongs, and when they ended; of an unknown one nothing is told', async () => {
    const account = await gateway.newAccount('Mixed up');
    const misplaced = gateway.as(account.adminToken, '/scim/v2');
    expect((await misplaced('GET', '/Users')).body['detail']).toMatch(/for Setup admin: paste .*\(token.scope, /);
    const { tokens } = (await account.admin('GET', '/tokens')).body;
    await revoke(account.id, tokens.find((each: { scope: string }) => each.scope === 'admin').tokenId);
    expect(await account.admin('GET', '')).toMatchObject({
      status: 401,
      body: { code: 'token.ended', message: expect.stringMatching(/“admin” was revoked at 20.*ask the operator/) },
    });
    expect((await misplaced('GET', '/Users')).body['detail']).toContain('(token.ended, ');
    const stranger = gateway.as(newToken('bbscim').token, '/scim/v2');
    expect((await stranger('GET', '/Users')).body['detail']).toMatch(
      /^Nobody knows this token here.*\(token.invalid, /,
    );
  });

  it('are stored as hashes only, with a recognisable beginning', async () => {
    const account = await gateway.newAccount('Hashes');
    const { token } = await issue(account.id);
    expect(token).toMatch(/^bbscim_[0-9A-Za-z]{49}$/);
    const rows = await query(gateway.database.adminUrl, 'select t::text from own.tokens t');
    const answers = [rows, await gateway.feed(account.id), await listed(account.id)];
    for (const text of answers) expect(JSON.stringify(text)).not.toContain(token);
  });

  it('end by themselves: in a year when nothing else was asked for, with a warning 30 days before', async () => {
    const account = await gateway.newAccount('Ends');
    const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString();
    const ends = new Date(Date.now() + 1_000).toISOString();
    await issue(account.id, { scope: 'admin', name: 'warned', expiresAt: days(29) });
    await issue(account.id, { scope: 'admin', name: 'endless', expiresAt: null });
    const { token } = await issue(account.id, { name: 'short', expiresAt: ends });
    const states = async () => new Map((await listed(account.id)).map((each) => [each['name'], each]));
    const before = await states();
    expect(before.get('scim')).toMatchObject({ state: 'active' });
    const inDays = (Date.parse(before.get('scim')?.['expiresAt']) - Date.now()) / 86_400_000;
    expect(Math.round(inDays)).toBe(365);
    expect(before.get('warned')).toMatchObject({ state: 'expiring' });
    expect(before.get('endless')).toMatchObject({ state: 'active', expiresAt: null });
    await until(async () => (await gateway.as(token, '/scim/v2')('GET', '/Users')).status === 401);
    expect((await states()).get('short')).toMatchObject({ state: 'expired', expiresAt: ends });
  });

  it('are two for SCIM at most, so that one can take over from the other', async () => {
    const account = await gateway.newAccount('Rotation');
    const second = await issue(account.id);
    expect(await issue(account.id, { name: 'third' })).toMatchObject({
      code: 'token.tooMany',
      message: expect.stringMatching(/“scim” and “second”: revoke the one that Entra does not use any more/),
    });
    await revoke(account.id, second['tokenId']);
    expect(await issue(account.id, { name: 'third' })).toHaveProperty('token');
    expect(await gateway.verified()).toEqual([]);
  });

  it('show when and from where they were used last, written once a minute and not by the request', async () => {
    const account = await gateway.newAccount('Used');
    const before = Date.now();
    await Promise.all(Array.from({ length: 5 }, () => account.scim('GET', '/Users')));
    const used = await until(async () => (await listed(account.id)).find((each) => each['lastUsedAt'] !== null));
    expect(used).toMatchObject({ scope: 'scim', lastUsedFrom: '127.0.0.1' });
    expect(Date.parse(used['lastUsedAt'])).toBeGreaterThanOrEqual(before);
    await account.scim('GET', '/Users');
    await account.admin('GET', '');
    await until(async () => (await listed(account.id)).every((each) => each['lastUsedAt'] !== null));
    expect((await listed(account.id)).find((each) => each['scope'] === 'scim')).toEqual(used);
  });
});
