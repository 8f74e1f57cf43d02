import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, patch, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { GROUP, groupsIn } from './group.fixture.js';

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

describe('members in the shapes that Entra sends (entra.md 1.7)', () => {
  it('are added as objects, texts and references, alone and together', async () => {
    const [a, b, c, d] = (await groups.people('a', 'b', 'c', 'd')) as [string, string, string, string];
    const { id } = await groups.create('Sales');
    expect((await groups.change(id, { op: 'Add', path: 'members', value: [{ $ref: null, value: a }] })).status).toBe(
      204,
    );
    await groups.change(id, { op: 'add', path: 'members', value: b.toUpperCase() });
    await groups.change(id, { op: 'add', path: `${GROUP}:members`, value: { value: c } });
    await groups.change(id, { op: 'add', value: { members: [{ $ref: `https://x/Users/${d}` }] } });
    expect(await groups.membersOf(id)).toEqual([a, b, c, d].toSorted());
  });

  it('are removed by value, and only they (entra.md 1.9, trap 6)', async () => {
    const [a, b, c] = (await groups.people('a', 'b', 'c')) as [string, string, string];
    const { id } = await groups.create('Sales', [a, b, c]);
    await groups.change(id, { op: 'Remove', path: 'members', value: [{ $ref: null, value: a }] });
    expect(await groups.membersOf(id)).toEqual([b, c].toSorted());
    await groups.change(id, { op: 'remove', path: `members[value eq "${b}"]` });
    expect(await groups.membersOf(id)).toEqual([c]);
    // Nobody, somebody who is not in it, and nothing at all.
    await groups.change(
      id,
      { op: 'remove', path: `members[value eq "${randomUUID()}"]` },
      { op: 'Remove', path: 'members', value: [{ value: a }] },
    );
    for (const value of [[], ''])
      expect((await groups.change(id, { op: 'Remove', path: 'members', value })).status).toBe(204);
    expect(await groups.membersOf(id)).toEqual([c]);
  });

  it.each([
    ['remove without a value', { op: 'remove', path: 'members' }],
    ['remove of null', { op: 'Remove', path: 'members', value: null }],
    ['replace by null', { op: 'Replace', path: 'members', value: null }],
    ['replace by an empty list', { op: 'replace', value: { members: [] } }],
    ['all users', { op: 'remove', path: 'members[type eq "User"]' }],
  ])('all go by %s', async (_, operation) => {
    const { id } = await groups.create('Sales', await groups.people('a', 'b'));
    await groups.change(id, operation);
    expect(await groups.membersOf(id)).toEqual([]);
  });

  it('are replaced, and only the difference is an event', async () => {
    const [a, b, c] = (await groups.people('a', 'b', 'c')) as [string, string, string];
    const { id } = await groups.create('Sales', [a, b]);
    await groups.change(id, { op: 'Replace', path: 'members', value: [{ value: b }, { value: c }] });
    const last = (await gateway.feed(account.id)).at(-1);
    expect(last).toMatchObject({ type: 'GroupMembersChanged', data: { groupId: id, added: [c], removed: [a] } });
  });

  it('come and go in one request, with the name and the external id', async () => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const { id } = await groups.create('Sales', [a]);
    const operations = [
      { op: 'Add', path: 'members', value: [{ value: b }] },
      { op: 'Remove', path: 'members', value: [{ value: a }] },
      { op: 'Replace', path: 'displayName', value: 'Nordic' },
      { op: 'replace', value: { id, externalId: 'x-1' } },
    ];
    expect((await groups.change(id, ...operations)).status).toBe(204);
    expect((await groups.read(id)).body).toMatchObject({
      displayName: 'Nordic',
      externalId: 'x-1',
      members: [{ value: b }],
    });
  });

  it('that are not all there change nothing at all (RFC 7644 section 3.5.2)', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales');
    const answer = await groups.change(
      id,
      { op: 'replace', path: 'displayName', value: 'Nordic' },
      { op: 'add', path: 'members', value: [{ value: a }, { value: randomUUID() }] },
    );
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect((await groups.read(id)).body).toMatchObject({ displayName: 'Sales', meta: { version: 'W/"1"' } });
    expect(await groups.membersOf(id)).toEqual([]);
  });

  it.each([
    [{ op: 'replace', path: 'members[value eq "x"].value', value: 'y' }, 'mutability'],
    [{ op: 'replace', path: 'id', value: randomUUID() }, 'mutability'],
    [{ op: 'replace', value: { id: randomUUID() } }, 'mutability'],
    [{ op: 'replace', path: 'shoe', value: 1 }, 'invalidPath'],
    [{ op: 'replace', path: 'members[', value: 1 }, 'invalidPath'],
    [{ op: 'remove', path: 'members[display eq "Ada"]' }, 'invalidFilter'],
    [{ op: 'remove', path: 'displayName' }, 'mutability'],
    [{ op: 'remove' }, 'noTarget'],
    [{ op: 'move', path: 'members' }, 'invalidSyntax'],
  ])('%j is refused: %s', async (operation, scimType) => {
    const { id } = await groups.create('Sales');
    expect(await groups.change(id, operation)).toMatchObject({ status: 400, body: { scimType } });
  });

  it('are not touched by what changes nothing: no event, same version', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales', [a]);
    const before = await gateway.feed(account.id);
    await groups.change(
      id,
      { op: 'add', path: 'members', value: [{ value: a }] },
      { op: 'replace', path: 'displayName', value: 'Sales' },
    );
    expect(await gateway.feed(account.id)).toEqual(before);
  });
});

describe('employees who are deleted', () => {
  it.each([
    ['a hard delete (P10)', (id: string) => account.scim('DELETE', `/Users/${id}`)],
    ['deactivation by hand (P11)', (id: string) => account.admin('POST', `/employees/${id}/deactivation`)],
    ['erasure (P20)', (id: string) => account.admin('POST', `/employees/${id}/erasure`)],
  ])('leave their groups by %s', async (_, remove) => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const both = [await groups.create('Sales', [a, b]), await groups.create('Support', [a])];
    const before = (await groups.read(both[0]?.['id'])).body['meta'].version;
    expect((await remove(a)).status).toBeLessThan(300);
    expect(await groups.membersOf(both[0]?.['id'])).toEqual([b]);
    expect(await groups.membersOf(both[1]?.['id'])).toEqual([]);
    expect((await groups.read(both[0]?.['id'])).body['meta'].version).not.toBe(before);
    expect((await groups.change(both[0]?.['id'], { op: 'add', path: 'members', value: a })).status).toBe(400);
  });

  it('stay in them by a soft delete (P8)', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales', [a]);
    await account.scim('PATCH', `/Users/${a}`, patch({ op: 'Replace', path: 'active', value: 'False' }));
    expect(await groups.membersOf(id)).toEqual([a]);
  });
});

describe('changes of members at the same time', () => {
  it('lose nothing (entra.md 1.7)', async () => {
    const ids = await groups.people(...Array.from({ length: 24 }, (_, n) => `p${n}`));
    const { id } = await groups.create('Sales', ids.slice(0, 8));
    await Promise.all([
      ...ids.slice(8).map((each) => groups.change(id, { op: 'Add', path: 'members', value: [{ value: each }] })),
      ...ids.slice(0, 4).map((each) => groups.change(id, { op: 'Remove', path: 'members', value: [{ value: each }] })),
      account.scim('DELETE', `/Users/${ids[5]}`),
      groups.change(id, { op: 'replace', path: 'displayName', value: 'Nordic' }),
    ]);
    expect(await groups.membersOf(id)).toEqual([...ids.slice(4, 5), ...ids.slice(6)].toSorted());
  });
});
