import { loadConfig } from '@bitabiz/service-kit/config';
import type { RunningService } from '@bitabiz/service-kit/bootstrap';
import { freePort } from '@bitabiz/testing/free-port';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatewayConfig } from './config.js';
import { startGateway } from './gateway.js';
import {
  activeIs,
  caller,
  creating,
  openGateway,
  patch,
  person,
  type OpenGateway,
  type TestAccount,
} from './gateway.fixture.js';
import { secretsOf } from './oauth/oauth.fixture.js';
import { trusted } from './oauth/issuer.fixture.js';
import { sent } from './provisioning-log/log.fixture.js';

let gateway: OpenGateway;
let replica: RunningService;
let replicaPort: string;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  replicaPort = String(await freePort());
  replica = (await startGateway(loadConfig(gatewayConfig, { ...gateway.env, PORT: replicaPort }))).service;
});
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await replica.close();
  await gateway.close();
});

const path = '/tenant-migration';
const start = () => account.admin('POST', path);
const complete = () => account.admin('POST', `${path}/completion`);
const report = async (query = '') => (await account.admin('GET', `${path}?${query}`)).body;
const titleIs = (value: string) => patch({ op: 'Replace', path: 'title', value });

/** Starts, and connects the new tenant. */
async function moved(): Promise<TestAccount> {
  expect((await start()).status).toBe(201);
  const issued = await gateway.operator('POST', `/accounts/${account.id}/tokens`, {
    scope: 'scim',
    name: 'new tenant',
  });
  const token = issued.body['token'] as string;
  const scim = gateway.as(token, '/scim/v2');
  return { ...account, token, scim, create: creating(scim) };
}

describe('the start of a tenant migration (P14)', () => {
  it('lets the old tenant delete nobody and make no group, also on a replica that still believes in its token', async () => {
    const { id } = await account.create('bob');
    const there = caller(`http://127.0.0.1:${replicaPort}/scim/v2`, account.token);
    expect((await there('GET', `/Users/${id}`)).status).toBe(200);
    expect((await start()).status).toBe(201);
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'All' };
    const answers = await Promise.all([there('DELETE', `/Users/${id}`), there('POST', '/Groups', group)]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('ends every access of the old tenant at once, and not the admin’s', async () => {
    const secrets = secretsOf(gateway, account);
    const { secretId } = await secrets.issue();
    await gateway.operator('PUT', `/accounts/${account.id}/federation`, trusted);
    const { status, body } = await start();
    expect(status).toBe(201);
    expect(body['migration']).toMatchObject({ status: 'open', startedBy: expect.stringMatching(/^token:/) });
    expect((await account.scim('GET', '/Users?count=0')).status).toBe(401);
    expect(await secrets.list()).toMatchObject([{ secretId, state: 'revoked' }]);
    expect((await gateway.operator('GET', `/accounts/${account.id}/federation`)).body['federation']).toBeNull();
  });

  it('lets no late write of the old tenant count as the new one’s, even where its token is still believed', async () => {
    const { id } = await account.create('ada');
    const elsewhere = caller(`http://127.0.0.1:${replicaPort}/scim/v2`, account.token);
    expect((await elsewhere('GET', `/Users/${id}`)).status).toBe(200);
    await start();
    expect((await elsewhere('PATCH', `/Users/${id}`, titleIs('late'))).status).toBe(401);
    expect((await report())['counts']).toEqual({ matched: 0, new: 0, unmatched: 1 });
  });

  it('is refused in words: already open, none open, account unknown or closed', async () => {
    expect(await complete()).toMatchObject({ status: 409, body: { code: 'migration.notOpen' } });
    await start();
    const again = await start();
    expect(again).toMatchObject({ status: 409, body: { code: 'migration.open' } });
    expect(again.body['message']).toMatch(/open since 20/);
    expect((await gateway.operator('POST', `/accounts/${crypto.randomUUID()}${path}`)).status).toBe(404);
    expect((await account.admin('GET', `${path}?list=nobody`)).status).toBe(400);
    await gateway.operator('DELETE', `/accounts/${account.id}`);
    const closed = await gateway.operator('POST', `/accounts/${account.id}${path}`);
    expect(closed).toMatchObject({ status: 403, body: { code: 'account.closed' } });
  });
});

describe('while a tenant migration is open (P14)', () => {
  it('a POST takes over the active AD user with this username or email, once, and the log says so', async () => {
    const { id } = await account.create('ada');
    expect((await account.scim('POST', '/Users', person('ada'))).status).toBe(409);
    const tenant = await moved();
    const body = person('ada', { userName: 'ada.king@nordlys.example' });
    const { answer, entry } = await sent(tenant, 'POST', '/Users', body);
    expect(answer).toMatchObject({ status: 201, body: { id, externalId: body.externalId, active: true } });
    const [, , matching] = entry.provisioningSteps;
    expect(matching).toMatchObject({
      status: 'success',
      description: expect.stringMatching(/this email: now the new/),
    });
    const own = (await gateway.feed(account.id)).filter(({ subject }) => subject === `user/${id}`);
    expect(own.at(-1)).toMatchObject({ type: 'ExternalIdChanged', data: { to: body.externalId, relink: true } });
    expect((await tenant.scim('POST', '/Users', person('ada'))).status).toBe(409);
  });

  it('what Entra manages is edited by hand (P22)', async () => {
    const { id } = await account.create('ada');
    const edit = () => account.admin('PATCH', `/employees/${id}`, { email: 'ada@new.example' });
    expect((await edit()).status).toBe(409);
    const tenant = await moved();
    expect((await edit()).body).toMatchObject({ userName: 'ada@new.example', email: 'ada@new.example' });
    const names = { userName: 'ada@new.example', emails: [{ type: 'work', value: 'ada@new.example' }] };
    expect((await tenant.scim('POST', '/Users', person('ada', names))).body['id']).toBe(id);
    await complete();
    expect((await account.admin('PATCH', `/employees/${id}`, { email: 'ada@third.example' })).status).toBe(409);
  });

  it('whom the old tenant made inactive is activated by hand (P22)', async () => {
    const { id } = await account.create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const activate = () => account.admin('POST', `/employees/${id}/activation`, {});
    expect((await activate()).status).toBe(409);
    await start();
    expect((await activate()).body).toMatchObject({ id, status: 'active', adUser: true });
  });

  it('the report says who matched, when and by what, who is new, and who is missing, page by page', async () => {
    const ids: Record<string, string> = {};
    for (const name of ['posted', 'patched', 'missing', 'also-missing', 'left'])
      ids[name] = (await account.create(name))['id'];
    await account.scim('DELETE', `/Users/${ids['left']}`);
    expect(await report()).toMatchObject({ migration: null, employees: [] });
    const tenant = await moved();
    await tenant.create('posted');
    await tenant.scim('PATCH', `/Users/${ids['patched']}`, titleIs('Analyst'));
    const { id: fresh } = await tenant.create('fresh');
    const matched = await report('list=matched');
    expect(matched).toMatchObject({ counts: { matched: 2, new: 1, unmatched: 2 }, nextCursor: null });
    expect(matched['employees']).toMatchObject([
      { id: ids['posted'], userName: 'posted@nordlys.example', matchedBy: 'userName' },
      { id: ids['patched'], email: 'patched@nordlys.example', matchedBy: 'id' },
    ]);
    for (const { matchedAt } of matched['employees']) {
      expect(Date.parse(matchedAt)).toBeGreaterThanOrEqual(Date.parse(matched['migration'].startedAt));
    }
    expect((await report('list=new'))['employees']).toMatchObject([{ id: fresh, matchedBy: null }]);
    const first = await report('limit=1');
    const second = await report(`limit=1&cursor=${first['nextCursor']}`);
    const pages = [...first['employees'], ...second['employees']];
    expect(pages.map((each) => each.id)).toEqual([ids['missing'], ids['also-missing']]);
    expect(second['nextCursor']).toBeNull();
  });

  it('nobody else’s account is concerned (P15)', async () => {
    const other = await gateway.newAccount('Sydhavn ApS');
    await other.create('ada');
    await start();
    expect((await other.scim('POST', '/Users', person('ada'))).status).toBe(409);
    expect((await other.admin('GET', path)).body['migration']).toBeNull();
  });
});

describe('the end of a tenant migration (P14)', () => {
  it('keeps the report, survives a restart, and a POST for an active AD user is refused again (P6)', async () => {
    const { id } = await account.create('ada');
    const { id: missing } = await account.create('grace');
    const tenant = await moved();
    await tenant.create('ada');
    expect((await complete()).body['migration']).toMatchObject({ status: 'completed' });
    await gateway.stop();
    await gateway.start();
    await tenant.create('hired-later');
    const told = await report();
    expect(told).toMatchObject({ counts: { matched: 1, new: 0, unmatched: 1 }, migration: { status: 'completed' } });
    expect(told['employees'].map((each: { id: string }) => each.id)).toEqual([missing]);
    expect((await report('list=matched'))['employees']).toMatchObject([{ id }]);
    expect((await tenant.scim('POST', '/Users', person('grace'))).status).toBe(409);
  });
});
