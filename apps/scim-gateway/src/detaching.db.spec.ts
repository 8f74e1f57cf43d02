import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  activeIs,
  managerIs,
  managerOf,
  openGateway,
  person,
  type OpenGateway,
  type TestAccount,
} from './gateway.fixture.js';
import { groupsIn } from './group/group.fixture.js';
import { sent } from './provisioning-log/log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

const remove = (id: string) => account.admin('POST', `/employees/${id}/ad-user-mark-removal`);
const activate = (id: string) => account.admin('POST', `/employees/${id}/activation`, {});
const found = async (filter: string) =>
  (await account.scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body['totalResults'] as number;

/** A person whom Entra suspended and who was taken out of the integration. */
async function detached(name: string, over: object = {}) {
  const { id } = await account.create(name, over);
  await account.scim('PATCH', `/Users/${id}`, activeIs(false));
  expect((await remove(id)).status).toBe(200);
  return id as string;
}

describe('removing the AD user mark (P13)', () => {
  it('is done by the account’s own admin, and the event says by whom', async () => {
    const { id } = await account.create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const answer = await remove(id);
    expect(answer).toMatchObject({
      status: 200,
      body: { id, status: 'inactive', adUser: false, events: ['UserDetached'] },
    });
    expect((await remove(id)).body['events']).toEqual([]);
    const [event] = (await gateway.feed(account.id)).filter(({ type }) => type === 'UserDetached');
    expect(event).toMatchObject({ subject: `user/${id}`, data: { userId: id } });
    expect(event?.['actor']).toMatch(/token/);
  });

  it('is refused in words while the person is active, unknown, or no AD user', async () => {
    const { id } = await account.create('ada');
    const active = await remove(id);
    expect(active).toMatchObject({ status: 409, body: { code: 'user.active' } });
    expect(active.body['message']).toMatch(/remove the person from the app in Entra first/);
    expect((await remove(crypto.randomUUID())).status).toBe(404);
    await account.admin('POST', `/employees/${id}/deactivation`);
    expect(await remove(id)).toMatchObject({ status: 409, body: { code: 'user.notAdUser' } });
  });

  it('of another account’s employee is refused (P15)', async () => {
    const { id } = await account.create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const other = await gateway.newAccount('Sydhavn ApS');
    expect((await other.admin('POST', `/employees/${id}/ad-user-mark-removal`)).status).toBe(404);
    expect((await account.scim('GET', `/Users/${id}`)).status).toBe(200);
  });
});

describe('a person without the mark (P13)', () => {
  it('is hidden from every SCIM read, active or not', async () => {
    const externalId = crypto.randomUUID();
    const id = await detached('ada', { externalId, title: 'Countess' });
    await account.create('grace', { title: 'Countess' });
    const hidden = async () => {
      expect((await account.scim('GET', `/Users/${id}`)).status).toBe(404);
      const filters = [
        'userName eq "ada@nordlys.example"',
        'emails[type eq "work"].value eq "ada@nordlys.example"',
        `externalId eq "${externalId}"`,
        `id eq "${id}"`,
        'userName sw "ada"',
      ];
      for (const filter of filters) expect([filter, await found(filter)]).toEqual([filter, 0]);
      expect(await found('title eq "Countess"')).toBe(1);
      const everybody = (await account.scim('GET', '/Users?count=0')).body['totalResults'];
      const searched = await account.scim('POST', '/Users/.search', { filter: 'title eq "Countess"' });
      expect([everybody, searched.body['totalResults']]).toEqual([1, 1]);
      const paged = await account.scim('GET', '/Users?cursor=&count=10');
      expect(paged.body['Resources'].map((each: { userName: string }) => each.userName)).toEqual([
        'grace@nordlys.example',
      ]);
    };
    await hidden();
    await activate(id);
    await hidden();
  });

  it('is activated by hand, and no late PATCH, PUT or DELETE locks the person out again', async () => {
    const id = await detached('ada');
    expect((await activate(id)).body).toMatchObject({ id, scimId: id, status: 'active', adUser: false });
    expect((await account.scim('PATCH', `/Users/${id}`, activeIs(false))).status).toBe(404);
    expect((await account.scim('PUT', `/Users/${id}`, person('ada', { active: false }))).status).toBe(404);
    expect((await account.scim('DELETE', `/Users/${id}`)).status).toBe(404);
    const edited = await account.admin('PATCH', `/employees/${id}`, { title: 'Countess' });
    expect(edited.body).toMatchObject({ status: 'active', terminationDate: null, events: ['UserProfileChanged'] });
  });

  it('keeps username and email from everybody else (P8)', async () => {
    await detached('ada');
    const namesake = { email: 'ada@nordlys.example', givenName: 'A', familyName: 'L' };
    expect((await account.admin('POST', '/employees', namesake)).status).toBe(409);
    const { id } = await account.create('grace');
    const renamed = person('ada', { externalId: null });
    expect((await account.scim('PUT', `/Users/${id}`, renamed)).status).toBe(409);
  });

  it('leaves the groups, and is no manager that SCIM shows', async () => {
    const groups = groupsIn(account);
    const { id: report } = await account.create('grace');
    const { id } = await account.create('ada');
    const { id: group } = await groups.create('Sales', [id, report]);
    await account.scim('PATCH', `/Users/${report}`, managerIs(id));
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    await remove(id);
    expect(await groups.membersOf(group)).toEqual([report]);
    expect((await groups.change(group, { op: 'add', path: 'members', value: [{ value: id }] })).status).toBe(400);
    expect(managerOf((await account.scim('GET', `/Users/${report}`)).body)).toBeUndefined();
  });
});

describe('a POST for the address of a person without the mark (P13, P6)', () => {
  it('attaches the same person again, and the log says so', async () => {
    const id = await detached('ada');
    await activate(id);
    const { answer, entry } = await sent(account, 'POST', '/Users', person('ada', { title: 'Countess' }));
    expect(answer).toMatchObject({ status: 201, body: { id, active: true, title: 'Countess' } });
    const [, , matching] = entry.provisioningSteps;
    expect(matching?.description).toMatch(/taken out of the integration by hand.*re-attached as AD user/);
    expect((await account.scim('PATCH', `/Users/${id}`, activeIs(false))).body['active']).toBe(false);
    const events = (await gateway.feed(account.id)).filter(({ subject }) => subject === `user/${id}`);
    expect(events.map(({ type }) => type)).toEqual([
      'UserCreated',
      'UserSuspended',
      'UserDetached',
      'UserReactivated',
      'UserAdopted',
      'UserProfileChanged',
      'ExternalIdChanged',
      'UserSuspended',
    ]);
  });

  it('reactivates the person whom nobody had activated by hand', async () => {
    const id = await detached('ada');
    const userName = { userName: 'ada.king@nordlys.example' };
    expect((await account.scim('POST', '/Users', person('ada', userName))).body).toMatchObject({ id, active: true });
  });
});
