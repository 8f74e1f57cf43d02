import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupBody, groupsIn } from '../group/group.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { LIST_RESPONSE } from '../scim/list.js';
import { add, entraOn, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
let groups: ReturnType<typeof groupsIn>;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
  groups = groupsIn(account);
});
afterAll(() => gateway.close());

describe('the collections of SCIMReferenceCode (entra.md 2.3)', () => {
  it.each(['/Users', '/Groups'])('2.3 row 1: %s is a ListResponse', async (path) =>
    expect(await entra.ask('GET', path)).toMatchObject({ status: 200, body: { schemas: [LIST_RESPONSE] } }),
  );

  it('2.3 row 2: the first resource type is /Users, patch is supported, and the schemas say “User Account”', async () => {
    expect((await entra.ask('GET', '/ResourceTypes')).body['Resources'][0].endpoint).toBe('/Users');
    const configuration = await entra.ask('GET', '/serviceConfiguration');
    expect(configuration).toMatchObject({ status: 200, body: { patch: { supported: true } } });
    expect((await entra.ask('GET', '/ServiceProviderConfig')).body).toEqual(configuration.body);
    expect((await entra.ask('PUT', '/serviceConfiguration', {})).status).toBe(405);
    expect(JSON.stringify((await entra.ask('GET', '/Schemas')).body)).toContain('User Account');
  });

  it('2.3 row 3: a user and an enterprise user are created', async () => {
    expect((await entra.create('ada'))['id']).toEqual(expect.any(String));
    const over = { [ENTERPRISE]: { department: 'Tour Operations', employeeNumber: '701984' } };
    expect((await entra.create('grace', over))[ENTERPRISE]).toEqual(over[ENTERPRISE]);
  });

  it('2.3 row 4: a user is read whole, and with attributes=userName,emails', async () => {
    const { id } = await entra.create('ada', { title: 'Analyst' });
    expect(await entra.read(id)).toMatchObject({ title: 'Analyst' });
    const { body } = await entra.ask('GET', `/Users/${id}?attributes=userName,emails`);
    expect(Object.keys(body).toSorted()).toEqual(['emails', 'id', 'schemas', 'userName']);
  });

  it('2.3 row 5: names in a filter are found in any case', async () => {
    const { id } = await entra.create('ada');
    const { id: group } = await groups.create('Sales');
    const ask = async (path: string) => (await entra.ask('GET', path)).body['Resources'];
    expect(await ask('/Users?filter=UserName+eq+%22ada@nordlys.example%22')).toMatchObject([{ id }]);
    expect(await ask('/Groups?filter=DisplayName+eq+%22Sales%22')).toMatchObject([{ id: group }]);
  });

  it('2.3 row 5: a displayName of users, which the product does not keep (P2), finds nobody and is no error', async () => {
    await entra.create('ada', { displayName: 'Ada' });
    expect(await entra.idsBy('DisplayName eq "Ada"')).toEqual([]);
  });

  it('2.3 row 6: userName is patched, the user replaced and deleted', async () => {
    const { id } = await entra.create('ada');
    const at = `/Users/${id}`;
    expect((await entra.change(id, replace('userName', 'new')))['userName']).toBe('new');
    const put = await entra.ask('PUT', at, person('ada', { userName: 'newer' }));
    expect(put).toMatchObject({ status: 200, body: { id, userName: 'newer' } });
    expect((await entra.ask('DELETE', at)).status).toBe(204);
  });

  it('2.3 row 7: groups are created empty and filled, replaced, and get and lose members', async () => {
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const { id } = await groups.create('Empty');
    expect(await groups.membersOf((await groups.create('Filled', [a, b]))['id'])).toEqual([a, b].toSorted());
    const put = await entra.ask('PUT', `/Groups/${id}`, { ...groupBody('Put', [a]), id });
    expect(put).toMatchObject({ status: 200, body: { displayName: 'Put', members: [{ value: a }] } });
    const members = async (operation: object) => {
      expect((await groups.change(id, operation)).status).toBe(204);
      return groups.membersOf(id);
    };
    expect(await members(add('members', [{ $ref: null, value: b }]))).toEqual([a, b].toSorted());
    expect(await members({ op: 'remove', path: `members[value eq "${a}"]` })).toEqual([b]);
    expect(await members({ op: 'remove', path: 'members' })).toEqual([]);
  });

  it('2.3 row 8: attributes=emails[type eq "work"]', async () => {
    const { id } = await entra.create('ada');
    const query = new URLSearchParams({ attributes: 'emails[type eq "work"]' });
    const { status, body } = await entra.ask('GET', `/Users/${id}?${query.toString()}`);
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual(['emails', 'id', 'schemas']);
    expect(body['emails']).toMatchObject([{ type: 'work', value: 'ada@nordlys.example' }]);
  });
});

describe('the garbage collection of SCIMReferenceCode (entra.md 2.3)', () => {
  it('2.3 row 9: nulls everywhere, and active "True"', async () => {
    const nulls = { title: null, addresses: null, phoneNumbers: null, roles: null, [ENTERPRISE]: null };
    expect(await entra.create('ada', { ...nulls, active: 'True' })).toMatchObject({ active: true });
  });

  it('2.3 row 10: no userName, and broken JSON', async () => {
    const { userName: _, ...nameless } = person('ada');
    for (const body of [nameless, '{"userName":"ada",']) {
      expect(await entra.ask('POST', '/Users', body)).toMatchObject({ status: 400, body: { status: '400' } });
    }
  });

  it('2.3 row 11: a duplicate', async () => {
    await entra.create('ada');
    const answer = await entra.ask('POST', '/Users', person('ada'));
    expect(answer.status).toBe(409);
    expect(answer.body['detail']).toMatch(/userName ada@nordlys\.example belongs to/);
  });

  it('2.3 row 12: PUT without userName is 400, PUT with a misspelled attribute 200', async () => {
    const { id } = await entra.create('ada');
    const { userName: _, ...nameless } = person('ada');
    expect((await entra.ask('PUT', `/Users/${id}`, nameless)).status).toBe(400);
    const answer = await entra.ask('PUT', `/Users/${id}`, person('ada', { titel: 'Dr' }));
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('titel');
  });
});

describe('lists of SCIMReferenceCode (entra.md 2.3)', () => {
  it('2.3 row 13: startIndex=1&count=2', async () => {
    for (const name of ['a', 'b', 'c']) await entra.create(name);
    const { body } = await entra.ask('GET', '/Users?startIndex=1&count=2');
    expect(body).toMatchObject({ totalResults: 3, itemsPerPage: 2, startIndex: 1 });
    expect(body['Resources']).toHaveLength(2);
  });

  it('2.3 row 14: and, or, brackets, sw and dates, with values that are not quoted', async () => {
    const { id } = await entra.create('Omalley', { emails: [{ type: 'work', value: 'anna33@example.com' }] });
    const { id: other } = await entra.create('ada');
    const anna = 'name.FamilyName eq Lovelace and (emails.Value co example.com or emails.Value co example.org)';
    expect(await entra.idsBy(anna)).toEqual([id]);
    expect(await entra.idsBy('userName sw O')).toEqual([id]);
    expect(await entra.idsBy('meta.Created gt 2020-01-01T00:00:00Z')).toEqual([id, other]);
    expect(await entra.idsBy('meta.Created gt 2100-01-01T00:00:00Z')).toEqual([]);
  });

  it('2.3 row 14: of two work e-mails the primary one is kept (P2), so a filter finds that one and never the other', async () => {
    const emails = [
      { type: 'work', primary: true, value: 'anna33@example.com' },
      { type: 'work', value: 'anna33@example.org' },
    ];
    const { id } = await entra.create('anna', { emails });
    expect((await entra.read(id))['emails']).toEqual([emails[0]]);
    const anna = 'name.FamilyName eq Lovelace and (emails.Value co example.com or emails.Value co example.org)';
    for (const filter of [anna, 'emails.Value co example.com']) expect(await entra.idsBy(filter)).toEqual([id]);
    expect(await entra.idsBy('emails.Value co example.org')).toEqual([]);
  });

  it('2.3 row 15: a member as a text, and a group without its members', async () => {
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales');
    expect((await entra.ask('PATCH', `/Groups/${id}`, patch(add('members', a)))).status).toBe(204);
    expect(await groups.membersOf(id)).toEqual([a]);
    expect((await groups.read(id, '?excludedAttributes=members')).body).not.toHaveProperty('members');
  });
});
