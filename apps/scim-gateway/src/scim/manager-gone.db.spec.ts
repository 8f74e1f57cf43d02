import { randomUUID } from 'node:crypto';
import { loadConfig } from '@bitabiz/service-kit/config';
import { freePort } from '@bitabiz/testing/free-port';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatewayConfig } from '../config.js';
import { startGateway } from '../gateway.js';
import {
  activeIs,
  caller,
  managerIs,
  managerOf,
  openGateway,
  patch,
  person,
  type OpenGateway,
  type TestAccount,
} from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
/** Who is going, who has that manager, and who has one who stays. */
let [boss, ada, grace] = ['', '', ''];
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ledBy = (value: string) => ({ [enterprise]: { manager: { value } } });
const title = (value: string) => patch({ op: 'replace', path: 'title', value });

beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  boss = (await account.create('boss'))['id'];
  ada = (await account.create('ada', ledBy(boss)))['id'];
  grace = (await account.create('grace', ledBy(ada)))['id'];
});
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

const isDeleted = (id: string) => account.scim('DELETE', `/Users/${id}`);
const isDetached = async (id: string) => {
  await account.scim('PATCH', `/Users/${id}`, activeIs(false));
  expect((await account.admin('POST', `/employees/${id}/ad-user-mark-removal`)).status).toBe(200);
};
const asAdmin = async (id: string, what: string) =>
  expect((await account.admin('POST', `/employees/${id}/${what}`, {})).status).toBeLessThan(300);
const ways = [
  ['deleted (P10)', isDeleted],
  ['detached (P13)', isDetached],
  ['erased (P20)', (id: string) => asAdmin(id, 'erasure')],
  [
    'deactivated by hand and somebody new since (P10)',
    async (id: string) => {
      await asAdmin(id, 'deactivation');
      await asAdmin(id, 'activation');
      const answer = await account.scim('GET', '/Users?filter=userName+eq+"boss@nordlys.example"');
      expect(answer.body['Resources'][0].id).not.toBe(id);
    },
  ],
] as const;
const get = (headers: Record<string, string> = {}) => account.scim('GET', `/Users/${ada}`, undefined, headers);
const found = async (filter: string): Promise<string[]> => {
  const query = encodeURIComponent(filter);
  const lists = [
    await account.scim('GET', `/Users?filter=${query}`),
    await account.scim('POST', '/Users/.search', { filter }),
    await account.scim('POST', '/.search', { filter }),
  ].map(({ body }) => body['Resources'].map((each: { id: string }) => each.id).toSorted());
  expect(lists[1]).toEqual(lists[0]);
  expect(lists[2]).toEqual(lists[0]);
  return lists[0];
};

describe.each(ways)('a manager who is %s', (_, goes) => {
  it('is not shown by reads and lists', async () => {
    await goes(boss);
    const reads = [
      await get(),
      await account.scim('GET', '/Users?sortBy=userName&count=1'),
      await account.scim('GET', '/Users?filter=userName+eq+"ada@nordlys.example"'),
      await account.scim('POST', '/.search', { filter: `id eq "${ada}"` }),
    ].map(({ body }) => body['Resources']?.[0] ?? body);
    for (const user of reads) {
      expect(user).toMatchObject({ id: ada, meta: { version: 'W/"1-hides"' } });
      expect(managerOf(user)).toBeUndefined();
    }
  });

  it('is not shown by the answers of PATCH, PUT and POST', async () => {
    expect(managerOf((await account.scim('PATCH', `/Users/${ada}`, title('a'))).body)).toBe(boss);
    await goes(boss);
    const changed = await account.scim('PATCH', `/Users/${ada}`, title('b'));
    expect(changed).toMatchObject({ status: 200, body: { title: 'b', meta: { version: 'W/"3-hides"' } } });
    expect(changed.headers.get('etag')).toBe('W/"3-hides"');
    const put = person('ada', { title: 'c', ...ledBy(boss) });
    for (const [method, path, body] of [
      ['PATCH', `/Users/${ada}`, title('b')],
      ['PUT', `/Users/${ada}`, put],
      ['PUT', `/Users/${ada}`, put],
      ['POST', '/Users', person('eve', ledBy(boss))],
      ['PATCH', `/Users/${grace}`, managerIs(boss)],
      ['PATCH', `/Users/${grace}`, managerIs(boss)],
    ] as const) {
      const answer = await account.scim(method, path, body);
      expect(managerOf(answer.body)).toBeUndefined();
      expect(answer.body['meta'].version).toMatch(/^W\/"\d+-hides"$/);
      expect(answer.headers.get('etag')).toBe(answer.body['meta'].version);
      expect((await account.scim('GET', `/Users/${answer.body['id']}`)).body).toEqual(answer.body);
    }
    const cleared = await account.scim('PATCH', `/Users/${ada}`, patch({ op: 'remove', path: 'manager' }));
    expect(cleared.body['meta'].version).toMatch(/^W\/"\d+"$/);
  });

  it('is found by no filter and sorts nothing', async () => {
    expect(await found(`manager.value eq "${boss}"`)).toEqual([ada]);
    expect(await found('manager pr')).toEqual([ada, grace].toSorted());
    await goes(boss);
    const visible = (await account.scim('GET', '/Users?count=0')).body['totalResults'];
    expect(await found(`manager.value eq "${boss}"`)).toEqual([]);
    expect(await found(`id eq "${ada}" and manager eq "${boss}"`)).toEqual([]);
    expect(await found('manager pr')).toEqual([grace]);
    expect(await found('not (manager pr)')).toHaveLength(visible - 1);
    expect(await found(`manager ne "${boss}"`)).toHaveLength(visible);
    const sorted = await account.scim('GET', '/Users?sortBy=manager&count=1');
    expect(sorted.body['Resources'][0].id).toBe(grace);
  });
});

it('the version says whether the manager is hidden, and either form names it (RFC 7644 section 3.14)', async () => {
  const shown = (await get()).headers.get('etag') ?? '';
  await isDetached(boss);
  const hidden = (await get()).headers.get('etag') ?? '';
  expect([shown, hidden]).toEqual(['W/"1"', 'W/"1-hides"']);
  expect((await get({ 'if-none-match': hidden })).status).toBe(304);
  expect((await get({ 'if-none-match': shown })).status).toBe(200);
  for (const tag of [shown, hidden]) expect((await get({ 'if-match': tag })).status).toBe(200);
  // The company assigns the manager again (P6, P13): the report changes back without being written.
  const again = await account.scim('POST', '/Users', person('boss'));
  expect(again.body['id']).toBe(boss);
  expect(managerOf((await get()).body)).toBe(boss);
  expect((await get({ 'if-none-match': hidden })).status).toBe(200);
  expect((await get({ 'if-none-match': shown })).status).toBe(304);
  const change = (tag: string, value: string) =>
    account.scim('PATCH', `/Users/${ada}`, title(value), { 'if-match': tag });
  expect((await change(hidden, 'a')).status).toBe(200);
  expect((await change('W/"2"', 'b')).status).toBe(200);
  expect((await change('W/"2-hides"', 'c')).status).toBe(412);
  const ruledOut = await account.scim('PATCH', `/Users/${ada}`, title('d'), { 'if-none-match': 'W/"3-hides"' });
  expect(ruledOut.status).toBe(412);
});

it('a manager who was never here is shown as sent: the reference waits for that person (A4)', async () => {
  const stranger = randomUUID();
  const { body } = await account.scim('PATCH', `/Users/${grace}`, managerIs(stranger));
  expect(managerOf(body)).toBe(stranger);
  expect(body['meta'].version).toBe('W/"2"');
});

it('what another process changed a moment ago is noticed by the write itself', async () => {
  await account.scim('PATCH', `/Users/${ada}`, title('a'));
  const port = String(await freePort());
  const { service } = await startGateway(loadConfig(gatewayConfig, { ...gateway.env, PORT: port }));
  const elsewhere = caller(`http://127.0.0.1:${port}/scim/v2`, account.token);
  expect((await elsewhere('DELETE', `/Users/${boss}`)).status).toBe(204);
  const changed = await account.scim('PATCH', `/Users/${ada}`, title('b'));
  expect(changed.body).toMatchObject({ title: 'b', meta: { version: 'W/"3-hides"' } });
  expect(managerOf(changed.body)).toBeUndefined();
  await service.close();
});

it('people who change together with their manager’s leaving are answered as of their own moment', async () => {
  const answers = await Promise.all([
    account.scim('PATCH', `/Users/${ada}`, title('a')),
    isDeleted(boss),
    account.scim(
      'PATCH',
      `/Users/${ada}`,
      patch({ op: 'replace', path: 'nickName', value: 'x' }, { op: 'replace', path: 'department', value: 'R&D' }),
    ),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 204, 200]);
  expect(managerOf((await get()).body)).toBeUndefined();
});
