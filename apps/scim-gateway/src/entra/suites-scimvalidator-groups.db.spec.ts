import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway } from '../gateway.fixture.js';
import { groupBody, groupsIn } from '../group/group.fixture.js';
import { add, entraOn, remove, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let entra: EntraCalls;
let groups: ReturnType<typeof groupsIn>;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  const account = await gateway.newAccount();
  entra = entraOn(account);
  groups = groupsIn(account);
});
afterAll(() => gateway.close());

describe('groups in scimvalidator.microsoft.com (entra.md 2.2)', () => {
  it('2.2 row 9: a group is shown with members, and without where they are excluded', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales', [a]);
    expect((await groups.read(id)).body['members']).toMatchObject([{ value: a }]);
    expect((await groups.read(id, '?excludedAttributes=members')).body).not.toHaveProperty('members');
  });

  it('2.2 row 10: a filter finds a group with and without members, none, and one in another case', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales', [a]);
    const found = async (filter: string, more = '') => (await entra.find(filter, more, '/Groups')).body['Resources'];
    expect(await found('displayName eq "Sales"')).toMatchObject([{ id, members: [{ value: a }] }]);
    expect((await found('displayName eq "Sales"', '&excludedAttributes=members'))[0]).not.toHaveProperty('members');
    expect(await found(`displayName eq "${randomUUID()}"`)).toEqual([]);
    expect(await found('displayName eq "SALES"')).toMatchObject([{ id }]);
  });

  it('2.2 row 11: a group is 201, a duplicate 409', async () => {
    const twice = [
      await entra.ask('POST', '/Groups', groupBody('S')),
      await entra.ask('POST', '/Groups', groupBody('S')),
    ];
    expect(twice.map(({ status }) => status)).toEqual([201, 409]);
  });

  it('2.2 row 12: externalId and displayName are replaced', async () => {
    const { id } = await groups.create('Sales');
    expect((await groups.change(id, replace('externalId', 'x'), replace('displayName', 'Nordic'))).status).toBe(204);
    expect((await groups.read(id)).body).toMatchObject({ externalId: 'x', displayName: 'Nordic' });
  });

  it('2.2 row 13: a member is added and removed, and the group deleted', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales');
    expect((await groups.change(id, add('members', [{ $ref: null, value: a }]))).status).toBe(204);
    expect(await groups.membersOf(id)).toEqual([a]);
    expect((await groups.change(id, remove('members', [{ $ref: null, value: a }]))).status).toBe(204);
    expect(await groups.membersOf(id)).toEqual([]);
    expect((await entra.ask('DELETE', `/Groups/${id}`)).status).toBe(204);
  });

  it('2.2 row 17: adding and removing in one PATCH are both done', async () => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const { id } = await groups.create('Sales', [a]);
    await groups.change(id, add('members', [{ value: b }]), remove('members', [{ value: a }]));
    expect(await groups.membersOf(id)).toEqual([b]);
  });
});
