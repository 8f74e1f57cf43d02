import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupBody, groupsIn } from '../group/group.fixture.js';
import { sent } from '../provisioning-log/log.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { add, entraOn, flagged, remove, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

/** Sends a request and gives what the provisioning log says of it. */
const logged = async (method: string, path: string, body?: unknown) => (await sent(account, method, path, body)).entry;
const change = (path: string, ...operations: unknown[]) => logged('PATCH', path, patch(...operations));
const success = (provisioningAction: string) => ({ provisioningAction, outcome: 'Success' });

describe('users in the validation template of Microsoft (entra.md 2.1)', () => {
  it('2.1 row 1: Create_User', async () => {
    const entry = await logged('POST', '/Users', person('ada'));
    expect(entry).toMatchObject(success('Create'));
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([entry.employee?.id]);
  });

  it('2.1 row 2: Update_User', async () => {
    const { id } = await entra.create('ada');
    expect(await change(`/Users/${id}`, replace('title', 'Dr'))).toMatchObject(success('Update'));
  });

  it('2.1 row 3: Disable_User', async () => {
    const { id } = await entra.create('ada');
    expect(await change(`/Users/${id}`, replace('active', 'False'))).toMatchObject(success('Disable'));
    expect(await entra.read(id)).toMatchObject({ active: false });
  });

  it('2.1 row 4: Delete_User', async () => {
    const { id } = await entra.create('ada');
    expect(await logged('DELETE', `/Users/${id}`)).toMatchObject(success('Delete'));
  });

  it('2.1 row 5: User_Update_Manager sets, changes and removes', async () => {
    const { id } = await entra.create('ada');
    const path = `${ENTERPRISE}:manager`;
    for (const boss of [await entra.create('b'), await entra.create('c')]) {
      expect(await change(`/Users/${id}`, add(path, boss['id']))).toMatchObject(success('Update'));
      expect((await entra.read(id))[ENTERPRISE].manager).toEqual({ value: boss['id'] });
    }
    expect(await change(`/Users/${id}`, remove(path))).toMatchObject(success('Update'));
    expect(await entra.read(id)).not.toHaveProperty([ENTERPRISE]);
  });

  it('2.1 row 6: Restore_User', async () => {
    const { id } = await entra.create('ada');
    await change(`/Users/${id}`, replace('active', 'False'));
    expect(await change(`/Users/${id}`, replace('active', 'True'))).toMatchObject(success('Enable'));
    expect(await entra.read(id)).toMatchObject({ id, active: true });
  });

  it('2.1 row 7: POD_User', async () => {
    const { id } = await entra.create('ada');
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([id]);
    expect(await change(`/Users/${id}`, replace('name.givenName', 'A'))).toMatchObject(success('Update'));
  });
});

describe('groups in the validation template of Microsoft (entra.md 2.1)', () => {
  let groups: ReturnType<typeof groupsIn>;
  beforeEach(() => void (groups = groupsIn(account)));
  const found = () => entra.idsBy('displayName eq "Sales"', '&excludedAttributes=members', '/Groups');

  it('2.1 row 8: Create_Group', async () =>
    expect(await logged('POST', '/Groups', groupBody('Sales'))).toMatchObject({
      ...success('Create'),
      resourceType: 'Group',
    }));

  it('2.1 row 9: Update_Group', async () => {
    const { id } = await groups.create('Sales');
    expect(await change(`/Groups/${id}`, replace('displayName', 'Nordic'))).toMatchObject(success('Update'));
  });

  it('2.1 row 10: Delete_Group', async () => {
    const { id } = await groups.create('Sales');
    expect(await logged('DELETE', `/Groups/${id}`)).toMatchObject(success('Delete'));
    expect((await groups.read(id)).status).toBe(404);
  });

  it('2.1 row 11: Add_Member', async () => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const { id } = await groups.create('Sales', [a]);
    expect(await change(`/Groups/${id}`, add('members', [{ value: b }]))).toMatchObject(success('Update'));
    expect(await groups.membersOf(id)).toEqual([a, b].toSorted());
  });

  it('2.1 row 12: Remove_Member', async () => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const { id } = await groups.create('Sales', [a, b]);
    expect(await change(`/Groups/${id}`, remove('members', [{ value: a }]))).toMatchObject(success('Update'));
    expect(await groups.membersOf(id)).toEqual([b]);
  });

  it('2.1 row 13: POD_Group', async () => {
    const people = await groups.people('a', 'b', 'c', 'd', 'e');
    expect(await found()).toEqual([]);
    const { id } = await groups.create('Sales');
    expect(await found()).toEqual([id]);
    const members = add(
      'members',
      people.map((value) => ({ $ref: null, value })),
    );
    expect(await change(`/Groups/${id}`, members)).toMatchObject(success('Update'));
  });

  it('2.1 row 14: Restore_Group makes a new one, because only a hard delete takes groups away', async () => {
    const { id } = await groups.create('Sales');
    expect((await entra.ask('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect(await found()).toEqual([]);
    const { id: again } = await groups.create('Sales');
    expect(await found()).toEqual([again]);
    expect(again).not.toBe(id);
  });

  it('2.1 row 19: SCIM_Group_Create', async () => {
    const { status, body } = await entra.ask('POST', '/Groups', groupBody('upd-1'));
    expect(status).toBe(201);
    expect((await groups.read(body['id'])).body).toEqual(body);
    expect(body).toMatchObject({ id: expect.any(String), displayName: 'upd-1' });
  });

  it.each([
    ['verbose', [replace('displayName', 'upd-2'), replace('externalId', 'upd-3')]],
    ['no-path', [flagged({ displayName: 'upd-2', externalId: 'upd-3' })]],
  ])('2.1 row 20: SCIM_Group_Update, %s', async (_, operations) => {
    const { id } = await groups.create('Sales');
    expect((await groups.change(id, ...operations)).status).toBe(204);
    expect((await groups.read(id)).body).toMatchObject({ displayName: 'upd-2', externalId: 'upd-3' });
  });
});
