import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { GROUP, groupBody, groupsIn } from './group.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let groups: ReturnType<typeof groupsIn>;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  groups = groupsIn(account);
});
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

describe('a group (P17, RFC 7643 section 4.2)', () => {
  it('is created, read, replaced and deleted', async () => {
    const [ada, grace] = (await groups.people('ada', 'grace')) as [string, string];
    const group = await groups.create('Sales', [ada]);
    expect(group).toMatchObject({ schemas: [GROUP], displayName: 'Sales', meta: { resourceType: 'Group' } });
    expect(group['members']).toEqual([{ value: ada, $ref: expect.stringContaining(`/Users/${ada}`), type: 'User' }]);
    expect((await groups.read(group['id'])).body).toEqual(group);
    const replaced = await account.scim('PUT', `/Groups/${group['id']}`, {
      displayName: 'Nordic',
      members: [{ value: grace }],
    });
    expect(replaced.body).toMatchObject({ displayName: 'Nordic', members: [{ value: grace }] });
    expect(replaced.body['externalId']).toBeUndefined();
    expect((await account.scim('DELETE', `/Groups/${group['id']}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect((await account.scim(method, `/Groups/${group['id']}`)).status).toBe(404);
    expect((await groups.create('Nordic'))['id']).not.toBe(group['id']);
  });

  it('is answered 201 with location and version', async () => {
    const answer = await account.scim('POST', '/Groups', groupBody('Sales'));
    expect(answer.headers.get('location')).toContain(`/scim/v2/Groups/${answer.body['id']}`);
    expect(answer.headers.get('etag')).toBe(answer.body['meta'].version);
  });

  it('has a name of its own, whatever its case, also when two come at once', async () => {
    await groups.create('Sales');
    const again = await account.scim('POST', '/Groups', groupBody('SALES'));
    expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    expect(again.body['detail']).toMatch(/rename/);
    const both = await Promise.all([1, 2, 3].map(() => account.scim('POST', '/Groups', groupBody('Support'))));
    expect(both.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409]);
  });

  it.each([
    ['no name', { members: [] }, 'displayName'],
    ['an empty name', { displayName: ' ' }, 'displayName'],
    ['a name that is no text', { displayName: { a: 1 } }, 'displayName'],
    ['a name with NUL', { displayName: 'a\0b' }, 'NUL'],
    ['a member that is nobody', { displayName: 'x', members: [{ value: randomUUID() }] }, 'create the user first'],
    ['a member whose id is no id', { displayName: 'x', members: ['me'] }, 'create the user first'],
    ['a member without an id', { displayName: 'x', members: [{ display: 'Ada' }] }, 'needs the id'],
    ['a group inside', { displayName: 'x', members: [{ value: randomUUID(), type: 'Group' }] }, 'send its users'],
  ])('with %s is refused, and nothing is stored', async (_, sent, sentence) => {
    const answer = await account.scim('POST', '/Groups', sent);
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body['detail']).toContain(sentence);
    expect((await account.scim('GET', '/Groups')).body['totalResults']).toBe(0);
  });

  it('of another account does not exist, nor do its people (P15)', async () => {
    const other = await gateway.newAccount('Sydhavn ApS');
    const theirs = await other.create('theirs');
    const { id } = (await other.scim('POST', '/Groups', groupBody('Sales', [theirs['id']]))).body;
    for (const method of ['GET', 'DELETE']) expect((await account.scim(method, `/Groups/${id}`)).status).toBe(404);
    expect((await account.scim('POST', '/Groups', groupBody('Sales', [theirs['id']]))).status).toBe(400);
    expect((await groups.found('displayName eq "Sales"'))['totalResults']).toBe(0);
  });
});

describe('lists and filters of groups (RFC 7644 section 3.4.2)', () => {
  it('find by name in any case, external id, id and member', async () => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const sales = await groups.create('Sales', [a, b]);
    const support = await groups.create('Support', [b]);
    const ids = async (filter: string) =>
      ((await groups.found(filter))['Resources'] as { id: string }[]).map((each) => each.id);
    const both = [sales['id'], support['id']];
    expect(await ids('displayName eq "SALES"')).toEqual([sales['id']]);
    expect(await ids(`externalId eq "${support['externalId']}"`)).toEqual([support['id']]);
    expect(await ids(`members.value eq "${a}"`)).toEqual([sales['id']]);
    expect(await ids(`members eq "${b}"`)).toEqual(both);
    expect(await ids(`members[value eq "${a}" and type eq "User"]`)).toEqual([sales['id']]);
    expect(await ids(`not (members.value eq "${a}") and displayName sw "s"`)).toEqual([support['id']]);
    expect(await ids(`${GROUP}:displayName co "a" or id eq "${support['id']}"`)).toEqual(both);
    expect(await ids('members pr and meta.resourceType eq "Group"')).toEqual(both);
    expect(await ids('displayName eq "Nobody"')).toEqual([]);
    expect((await account.scim('GET', '/Groups?filter=shoe+eq+1')).body).toMatchObject({ scimType: 'invalidFilter' });
  });

  it('show no members where they are excluded, and read nobody', async () => {
    const { id } = await groups.create('Sales', await groups.people('a'));
    for (const query of ['?excludedAttributes=members', '?attributes=displayName']) {
      expect((await groups.read(id, query)).body['members']).toBeUndefined();
      expect((await account.scim('GET', `/Groups${query}`)).body['Resources'][0].members).toBeUndefined();
    }
    expect((await groups.read(id, '?attributes=members.value')).body['members']).toEqual([
      { value: expect.any(String) },
    ]);
    expect((await groups.read(id, '?excludedAttributes=members.$ref')).body['members'][0]).toEqual({
      value: expect.any(String),
      type: 'User',
    });
  });

  it('are paged in a stable order, and sorted', async () => {
    for (const name of ['c', 'A', 'b']) await groups.create(name);
    const names = async (query: string) =>
      ((await account.scim('GET', `/Groups?${query}`)).body['Resources'] as { displayName: string }[]).map(
        (each) => each.displayName,
      );
    expect([...(await names('startIndex=1&count=2')), ...(await names('startIndex=3&count=2'))]).toEqual([
      'c',
      'A',
      'b',
    ]);
    expect(await names('sortBy=displayName')).toEqual(['A', 'b', 'c']);
    expect(await names('sortBy=displayName&sortOrder=descending')).toEqual(['c', 'b', 'A']);
  });
});

it('a group keeps its required name when it is removed, and takes another one (RFC 7644 section 3.5.2.2)', async () => {
  const { id } = await groups.create('Sales');
  const removal = { op: 'Remove', path: 'displayName' };
  const refused = await groups.change(id, removal);
  expect(refused).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
  expect((await groups.change(id, { op: 'Replace', path: 'displayName', value: '' })).body['scimType']).toBe(
    'invalidValue',
  );
  expect((await groups.read(id)).body['displayName']).toBe('Sales');
  expect((await groups.change(id, removal, { op: 'Add', path: 'displayName', value: 'Nordic' })).status).toBe(204);
});

it('a member is not changed, and schemas are read-only (RFC 7643 section 8.7.1)', async () => {
  const [ada] = await groups.people('ada');
  const { id } = await groups.create('Sales', [ada as string]);
  for (const operation of [
    { op: 'replace', path: `members[value eq "${ada}"].type`, value: 'Group' },
    { op: 'remove', path: `members[value eq "${ada}"].type` },
    { op: 'add', path: 'members.$ref', value: 'https://x.example/Users/1' },
    { op: 'replace', path: 'schemas', value: [GROUP] },
    { op: 'replace', path: 'meta.resourceType', value: 'User' },
  ]) {
    expect(await groups.change(id, operation)).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
  }
  expect((await groups.change(id, { op: 'replace', value: { schemas: [GROUP], displayName: 'S' } })).status).toBe(204);
});

describe('several spellings of a group’s attribute in one object', () => {
  it.each([
    ['PATCH', (value: object) => ({ Operations: [{ op: 'replace', value }] })],
    ['PUT', (value: object) => value],
  ])('come, by %s, to the one that differs from what is stored, and two of them are refused', async (method, sent) => {
    const { id } = await groups.create('Sales');
    const change = (value: object) => account.scim(method, `/Groups/${id}?attributes=displayName`, sent(value));
    const named = async (value: object) => (await change(value)).body['displayName'];
    expect(await named({ displayName: 'Nordic', displayname: 'Sales' })).toBe('Nordic');
    expect(await named({ [`${GROUP}:displayName`]: 'Sales', displayName: 'Nordic' })).toBe('Sales');
    expect(await named({ [GROUP]: { displayName: 'East' }, displayName: 'Sales' })).toBe('East');
    const refused = await change({ displayName: 'A', displayname: 'B' });
    expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(refused.body['detail']).toMatch(/displayName and displayname/);
    const twice = await change({ displayName: 'East', members: [], Members: [{ value: randomUUID() }] });
    expect(twice).toMatchObject({ status: 400, body: { detail: expect.stringContaining('members and Members') } });
  });

  it('do not include those of another schema, which are skipped (RFC 7644 section 3.3)', async () => {
    const [ada] = (await groups.people('ada')) as [string];
    const acme = 'urn:acme:x:2.0:Group';
    const foreign = {
      [`${acme}:displayName`]: 'F',
      [`${acme}:externalId`]: '7',
      [`${acme}:members`]: [{ value: 'f' }],
    };
    const own = { displayName: 'Sales', externalId: 'g-1', members: [{ value: ada }] };
    for (const mixed of [
      { ...foreign, ...own },
      { ...own, ...foreign },
    ]) {
      const made = await account.scim('POST', '/Groups', mixed);
      expect(made).toMatchObject({ status: 201, body: own });
      const path = `/Groups/${made.body['id']}`;
      await account.scim('PUT', path, { displayName: 'Empty' });
      await account.scim('PATCH', path, { Operations: [{ op: 'replace', value: mixed }] });
      expect((await account.scim('GET', path)).body).toMatchObject(own);
      await account.scim('DELETE', path);
    }
  });
});
