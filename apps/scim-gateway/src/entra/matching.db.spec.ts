import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activeIs, managerIs, openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { CORE } from '../scim/attributes.js';
import { ERROR } from '../scim/error.js';
import { entraOn, workEmail, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
let ada: Record<string, any>;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
  await entra.create('grace');
  ada = await entra.create('ada');
});
afterAll(() => gateway.close());

describe('matching queries (entra.md 1.3)', () => {
  it('1.3.1 userName finds one or none, whatever its case, and inactive ones too', async () => {
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([ada['id']]);
    expect(await entra.idsBy('userName eq "ADA@Nordlys.Example"')).toEqual([ada['id']]);
    expect(await entra.idsBy('userName eq "nobody@nordlys.example"')).toEqual([]);
    await entra.send(ada['id'], ...activeIs(false).Operations);
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([ada['id']]);
  });

  it('1.3.2 externalId finds one or none, quoted and unquoted', async () => {
    expect(await entra.idsBy(`externalId eq "${ada['externalId']}"`)).toEqual([ada['id']]);
    expect(await entra.idsBy(`externalId eq ${ada['externalId']}`)).toEqual([ada['id']]);
    expect(await entra.idsBy('externalId eq jyoung')).toEqual([]);
  });

  it('1.3.2 externalId finds everybody who has it, active or not: it is not unique', async () => {
    const { id } = await entra.create('twin', { externalId: ada['externalId'], active: false });
    const answer = await entra.find(`externalId eq "${ada['externalId']}"`);
    expect(answer).toMatchObject({ status: 200, body: { totalResults: 2, itemsPerPage: 2 } });
    expect(answer.body['Resources']).toMatchObject([{ id: ada['id'] }, { id }]);
  });

  it.each([workEmail, 'emails.value', 'emails'])('1.3.3 %s finds one or none', async (attribute) => {
    expect(await entra.idsBy(`${attribute} eq "ada@nordlys.example"`)).toEqual([ada['id']]);
    expect(await entra.idsBy(`${attribute} eq "nobody@nordlys.example"`)).toEqual([]);
  });

  it('1.3.4 two comparisons are joined by and', async () => {
    const both = (externalId: string) =>
      entra.idsBy(`userName eq "ada@nordlys.example" and externalId eq "${externalId}"`);
    expect(await both(ada['externalId'])).toEqual([ada['id']]);
    expect(await both('another')).toEqual([]);
  });

  it.each([
    ['quoted', (id: string, manager: string) => `id eq "${id}" and manager eq "${manager}"`],
    ['unquoted', (id: string, manager: string) => `id eq ${id} and manager eq ${manager}`],
    ['the other way round', (id: string, manager: string) => `manager eq "${manager}" and id eq "${id}"`],
  ])('1.3.5 a reference is checked by id and manager, %s, and shows the id only', async (_, filter) => {
    const { id: boss } = await entra.create('boss');
    await entra.send(ada['id'], ...managerIs(boss).Operations);
    const { body } = await entra.find(filter(ada['id'], boss), '&attributes=id');
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ id: ada['id'] }] });
    expect(Object.keys(body['Resources'][0]).toSorted()).toEqual(['id', 'schemas']);
    expect(await entra.idsBy(filter(ada['id'], ada['id']), '&attributes=id')).toEqual([]);
  });

  it('1.3.6 a group is found by displayName and by externalId, without its members', async () => {
    const { id, externalId } = await groupsIn(account).create('Sales', [ada['id']]);
    for (const filter of ['displayName eq "Sales"', `externalId eq "${externalId}"`]) {
      const { body } = await entra.find(filter, '&excludedAttributes=members', '/Groups');
      expect(body).toMatchObject({ totalResults: 1, Resources: [{ id, displayName: 'Sales' }] });
      expect(body['Resources'][0]).not.toHaveProperty('members');
    }
  });

  it('1.3.7 a user and a group are read by id, and an unknown id is 404 with an Error', async () => {
    const { id } = await groupsIn(account).create('Sales', [ada['id']]);
    expect(await entra.ask('GET', `/Users/${ada['id']}`)).toMatchObject({ status: 200, body: { id: ada['id'] } });
    const group = await entra.ask('GET', `/Groups/${id}?excludedAttributes=members`);
    expect(group).toMatchObject({ status: 200, body: { id } });
    expect(group.body).not.toHaveProperty('members');
    for (const path of ['/Users', '/Groups']) {
      const answer = await entra.ask('GET', `${path}/${crypto.randomUUID()}`);
      expect(answer).toMatchObject({ status: 404, body: { schemas: [ERROR], status: '404' } });
    }
  });

  it('1.3.8 a listing has a stable order, the right total, and the startIndex it was asked for', async () => {
    for (const name of ['c', 'b', 'a']) await entra.create(name);
    const page = async (startIndex: number) =>
      (await entra.ask('GET', `/Users?startIndex=${startIndex}&count=2`)).body as Record<string, any>;
    const pages = [await page(1), await page(3), await page(5)];
    expect(pages.map((each) => [each['totalResults'], each['startIndex'], each['itemsPerPage']])).toEqual([
      [5, 1, 2],
      [5, 3, 2],
      [5, 5, 1],
    ]);
    const ids = pages.flatMap((each) => each['Resources'].map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).toBe(5);
    expect(await page(3)).toEqual(pages[1]);
  });
});

describe('what matching relies on (entra.md 1.3)', () => {
  it('1.3.9 every unique attribute can be filtered by, and never finds two', async () => {
    const { attributes } = (await entra.ask('GET', `/Schemas/${CORE}`)).body;
    type Definition = { name: string; uniqueness?: string; subAttributes?: Definition[] };
    const unique = (attributes as Definition[]).flatMap(({ name, uniqueness, subAttributes = [] }) => [
      ...(uniqueness === 'server' ? [name] : []),
      ...subAttributes.filter((sub) => sub.uniqueness === 'server').map((sub) => `${name}.${sub.name}`),
    ]);
    expect(unique.toSorted()).toEqual(['emails.value', 'userName']);
    for (const name of unique) expect(await entra.idsBy(`${name} eq "ada@nordlys.example"`)).toEqual([ada['id']]);
  });

  it('1.3.10 names in a filter may be qualified by their schema', async () => {
    expect(await entra.idsBy(`${CORE}:userName eq "ada@nordlys.example"`)).toEqual([ada['id']]);
    expect(await entra.idsBy(`${CORE}:${workEmail} eq "ada@nordlys.example"`)).toEqual([ada['id']]);
  });

  it('1.3.11 an id stays through every change, and is not given again after a hard delete', async () => {
    const renamed = await entra.change(ada['id'], {
      op: 'Replace',
      path: 'userName',
      value: 'countess@nordlys.example',
    });
    expect(renamed).toMatchObject({ id: ada['id'], userName: 'countess@nordlys.example' });
    expect((await entra.ask('DELETE', `/Users/${ada['id']}`)).status).toBe(204);
    const again = await entra.ask('POST', '/Users', person('ada', { externalId: ada['externalId'] }));
    expect(again.status).toBe(201);
    expect(again.body['id']).not.toBe(ada['id']);
    expect((await entra.ask('GET', `/Users/${ada['id']}`)).status).toBe(404);
  });

  it('1.3.12 inactive users are seen by id and by filter, and only the deleted ones are not', async () => {
    await entra.send(ada['id'], ...activeIs(false).Operations);
    expect(await entra.read(ada['id'])).toMatchObject({ active: false });
    for (const filter of ['userName eq "ada@nordlys.example"', `externalId eq "${ada['externalId']}"`]) {
      expect(await entra.idsBy(filter)).toEqual([ada['id']]);
    }
    await entra.ask('DELETE', `/Users/${ada['id']}`);
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([]);
  });

  it.each([
    "o'hara@x.example",
    'a&b@x.example',
    '100%@x.example',
    'a+b@x.example',
    'a\\b"c@x.example',
    'æøå@x.example',
  ])('1.3.13 a value with special characters is found: %s', async (userName) => {
    const { id } = await entra.create('special', { userName });
    expect(await entra.idsBy(`userName eq ${JSON.stringify(userName)}`)).toEqual([id]);
  });
});
