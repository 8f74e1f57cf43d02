import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  activeIs,
  managerIs,
  managerOf,
  openGateway,
  patch,
  type OpenGateway,
  type TestAccount,
} from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const create = (name: string, over = {}) => account.create(name, over);
const filterBy = (name: string) => account.scim('GET', `/Users?filter=userName+eq+%22${encodeURIComponent(name)}%22`);

describe('a domain change (P12)', () => {
  it('keeps the person, frees the old address and finds the new one', async () => {
    const { id } = await create('ada');
    const renamed = await account.scim(
      'PATCH',
      `/Users/${id}`,
      patch(
        { op: 'Replace', path: 'userName', value: 'ada@new.example' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada@new.example' },
      ),
    );
    expect(renamed.body).toMatchObject({ id, userName: 'ada@new.example' });
    expect((await filterBy('ada@new.example')).body['Resources'][0].id).toBe(id);
    expect((await create('ada'))['id']).not.toBe(id);
  });

  it('to a taken name is a conflict and changes nothing (P6)', async () => {
    await create('grace');
    const { id } = await create('ada');
    const taken = patch(
      { op: 'Replace', path: 'userName', value: 'GRACE@nordlys.example' },
      { op: 'Replace', path: 'title', value: 'x' },
    );
    expect((await account.scim('PATCH', `/Users/${id}`, taken)).status).toBe(409);
    expect((await account.scim('GET', `/Users/${id}`)).body['title']).toBeUndefined();
  });
});

describe('who owns a field (P22)', () => {
  it('is Entra for what it ever synchronised, until provisioning is switched off', async () => {
    const { id } = await create('ada', { title: 'Analyst' });
    const edit = () => account.admin('PATCH', `/employees/${id}`, { title: 'Countess' });
    const managed = async () => (await account.admin('GET', '')).body['managedByEntra'];
    expect((await edit()).body).toMatchObject({ code: 'user.managedByEntra' });
    expect(await managed()).toContain('title');
    expect(await managed()).not.toContain('mobile');
    expect((await account.admin('PATCH', `/employees/${id}`, { mobile: '+45 1' })).status).toBe(200);
    await account.admin('PATCH', '', { provisioning: false });
    expect(await managed()).toEqual([]);
    expect((await edit()).status).toBe(200);
    const off = await account.scim('GET', '/Users');
    expect(off.status).toBe(403);
    expect(off.body['detail']).toMatch(/switched off/);
  });

  it('lets a Setup admin clear the manager, audited; the next value from Entra wins', async () => {
    const [boss, { id }] = [await create('boss'), await create('ada')];
    const manager = async () => managerOf((await account.scim('GET', `/Users/${id}`)).body);
    await account.scim('PATCH', `/Users/${id}`, managerIs(boss['id']));
    const clear = () => account.admin('PATCH', `/employees/${id}`, { manager: null });
    expect((await clear()).body).toMatchObject({ events: ['ManagerChanged'] });
    expect(await manager()).toBeUndefined();
    expect((await gateway.feed(account.id)).at(-1)).toMatchObject({
      type: expect.stringContaining('ManagerChanged'),
      actor: expect.stringMatching(/^token:/),
      data: { userId: id, from: boss['id'], to: null },
    });
    expect((await clear()).body).toMatchObject({ events: [] });
    expect((await account.admin('PATCH', `/employees/${id}`, { manager: boss['id'] })).status).toBe(400);
    await account.scim('PATCH', `/Users/${id}`, managerIs(boss['id']));
    expect(await manager()).toBe(boss['id']);
  });
});

describe('a reference to a manager who is unknown (A4)', () => {
  it('is kept, and the other operations apply', async () => {
    const { id } = await create('ada');
    const unknown = '11111111-1111-4111-8111-111111111111';
    const both = patch({ op: 'Replace', path: 'title', value: 'Analyst' }, ...managerIs(unknown).Operations);
    const answer = await account.scim('PATCH', `/Users/${id}`, both);
    expect(answer.body['title']).toBe('Analyst');
    expect(managerOf(answer.body)).toBe(unknown);
  });
});

describe('what an account wrote under a name', () => {
  it('is answered under that name at once (entra.md 0)', async () => {
    const { id } = await create('ada');
    await account.scim('PATCH', `/Users/${id}`, patch({ op: 'Add', path: 'jobTitle', value: 'Analyst' }));
    expect((await account.scim('GET', `/Users/${id}`)).body).toMatchObject({ title: 'Analyst', jobTitle: 'Analyst' });
  });
});

describe('a change that changes nothing', () => {
  it('leaves version and history alone', async () => {
    const { id } = await create('ada');
    const before = await account.scim('GET', `/Users/${id}`);
    await account.scim('PATCH', `/Users/${id}`, activeIs(true));
    const after = await account.scim('GET', `/Users/${id}`);
    expect(after.body['meta']).toEqual(before.body['meta']);
  });

  it('made against an old version is refused with 412 (If-Match)', async () => {
    const { id } = await create('ada');
    const stale = await account.scim('PATCH', `/Users/${id}`, activeIs(false), { 'if-match': 'W/"99"' });
    expect(stale.status).toBe(412);
    expect((await account.scim('GET', `/Users/${id}`, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
  });
});
