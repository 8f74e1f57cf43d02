import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerOf, openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { add, askBare, country, entraOn, flagged, remove, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
let id: string;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
  ({ id } = await entra.create('ada', { title: 'Countess' }));
});
afterAll(() => gateway.close());

const bare = (method: string, path: string) =>
  askBare(gateway, method, path, { authorization: `Bearer ${account.token}` });

describe('traps (entra.md 1.9)', () => {
  it('1.9.1 "False" is false', async () =>
    expect((await entra.change(id, replace('active', 'False')))['active']).toBe(false));

  it('1.9.2 a value path on an absent element makes it', async () =>
    expect((await entra.change(id, add(country, 'DK')))['addresses']).toEqual([{ type: 'work', country: 'DK' }]));

  it('1.9.3 a manager that is a text is a reference', async () => {
    const { id: boss } = await entra.create('boss');
    expect((await entra.change(id, add(`${ENTERPRISE}:manager`, boss)))[ENTERPRISE].manager).toEqual({ value: boss });
  });

  it('1.9.4 "" deletes', async () => {
    expect(await entra.change(id, replace('title', ''))).not.toHaveProperty('title');
    expect(await entra.idsBy('title pr')).toEqual([]);
  });

  it.each([
    ['in a path', (urn: string) => add(`${urn}:department`, 'R.D:2.0')],
    ['as a key', (urn: string) => flagged({ [`${urn}:department`]: 'R.D:2.0' })],
  ])('1.9.5 a URN is not split at its dots and colons: %s', async (_, operation) => {
    const read = await entra.change(id, operation(ENTERPRISE));
    expect(read[ENTERPRISE]).toEqual({ department: 'R.D:2.0' });
    expect(Object.keys(read).filter((key) => key.startsWith('urn:'))).toEqual([ENTERPRISE]);
  });

  it('1.9.6 a member that is removed takes nobody with it', async () => {
    const groups = groupsIn(account);
    const { id: other } = await entra.create('grace');
    const group = await groups.create('Sales', [id, other]);
    await groups.change(group['id'], remove('members', [{ value: other }]));
    expect(await groups.membersOf(group['id'])).toEqual([id]);
  });

  it('1.9.7 userName is the same in any case, to a filter and to a second POST', async () => {
    expect(await entra.idsBy('userName eq "aDa@NORDLYS.example"')).toEqual([id]);
    const again = person('other', { userName: 'ADA@nordlys.example' });
    expect((await entra.ask('POST', '/Users', again)).status).toBe(409);
  });

  it('1.9.8 a filter that finds nobody is 200', async () =>
    expect(await entra.find('userName eq "nobody"')).toMatchObject({ status: 200, body: { totalResults: 0 } }));

  it('1.9.9 inactive users are seen in the list too', async () => {
    await entra.change(id, replace('active', 'False'));
    expect((await entra.ask('GET', '/Users')).body['Resources']).toMatchObject([{ id, active: false }]);
  });

  it('1.9.10 a new userName is the same person', async () => {
    const read = await entra.change(id, replace('userName', 'countess@nordlys.example'));
    expect(read).toMatchObject({ id, userName: 'countess@nordlys.example', title: 'Countess', active: true });
    expect(await entra.idsBy('userName eq "countess@nordlys.example"')).toEqual([id]);
    expect((await entra.ask('GET', '/Users')).body['totalResults']).toBe(1);
  });

  it('1.9.11 + in a query is a blank, and %2B is the + of an address', async () => {
    const { id: plus } = await entra.create('plus', { userName: 'a+b@x' });
    const { id: blank } = await entra.create('blank', { userName: 'a b@x' });
    const found = async (query: string) => (await bare('GET', `/Users?filter=${query}`)).body['Resources'];
    expect(await found('userName+eq+%22a%2Bb@x%22')).toMatchObject([{ id: plus }]);
    expect(await found('userName+eq+%22a+b@x%22')).toMatchObject([{ id: blank }]);
  });

  it('1.9.12 DELETE without a Content-Type', async () =>
    expect((await bare('DELETE', `/Users/${id}`)).status).toBe(204));

  it('1.9.13 a PATCH of which one operation is refused does nothing', async () => {
    const before = await entra.read(id);
    const operations = [replace('title', 'Dr'), add(country, 'DK'), replace('active', 'perhaps')];
    expect((await entra.send(id, ...operations)).status).toBe(400);
    expect(await entra.read(id)).toEqual(before);
  });

  it('1.9.14 what was written is read at once, by id, by filter and in a group', async () => {
    const groups = groupsIn(account);
    const group = await groups.create('Sales');
    for (const name of Array.from({ length: 10 }, (_, n) => `p${n}`)) {
      const { id: made } = await entra.create(name);
      expect((await entra.ask('GET', `/Users/${made}`)).status).toBe(200);
      expect(await entra.idsBy(`userName eq "${name}@nordlys.example"`)).toEqual([made]);
      await groups.change(group['id'], add('members', [{ value: made }]));
      expect(await groups.membersOf(group['id'])).toContain(made);
      expect(managerOf(await entra.change(made, add(`${ENTERPRISE}:manager`, id)))).toBe(id);
    }
  });

  it('1.9.15 the status of an Error is a text', async () => {
    const { body } = await entra.ask('GET', '/Users/none');
    expect(body['status']).toBe('404');
    expect(body['detail']).toEqual(expect.any(String));
  });

  it('1.9.16 thousands of members fit into one body', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => ({ email: `p${n}@x`, givenName: 'P', familyName: `${n}` }));
    const members: { $ref: null; value: string }[] = [];
    for (let at = 0; at < rows.length; at += 500) {
      const { body } = await account.admin('POST', '/employees/import', { employees: rows.slice(at, at + 500) });
      members.push(...body['rows'].map(({ scimId: value }: { scimId: string }) => ({ $ref: null, value })));
    }
    const groups = groupsIn(account);
    const group = await groups.create('Everybody');
    expect((await groups.change(group['id'], add('members', members))).status).toBe(204);
    expect(await groups.membersOf(group['id'])).toHaveLength(rows.length);
  });
});
