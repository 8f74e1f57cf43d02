import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { entraOn, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

describe('WSO2 (entra.md 2.6)', () => {
  it.each([
    ['/ServiceProviderConfig', ['schemas', 'patch', 'bulk', 'filter', 'sort', 'etag', 'authenticationSchemes']],
    ['/Schemas/urn:ietf:params:scim:schemas:core:2.0:User', ['id', 'name', 'attributes']],
    ['/ResourceTypes/User', ['id', 'name', 'endpoint', 'schema']],
  ])('2.6 row 1: %s has its required attributes', async (path, names) => {
    const { status, body } = await entra.ask('GET', path);
    expect(status).toBe(200);
    for (const name of names) expect(body).toHaveProperty(name);
  });

  it('2.6 row 2: an add of nickName without a path is taken, and not kept because it is not advertised (P2)', async () => {
    const { id } = await entra.create('ada');
    const before = await entra.read(id);
    expect(await entra.change(id, { op: 'add', value: { nickName: 'shaggy' } })).toEqual(before);
    expect(JSON.stringify((await entra.ask('GET', '/Schemas')).body)).not.toContain('nickName');
  });

  it('2.6 row 2: what is read-only stays, and what is required is there', async () => {
    const { id, meta: made } = await entra.create('ada', {
      id: randomUUID(),
      meta: { created: '2000-01-01T00:00:00Z' },
    });
    expect(await entra.send(id, { op: 'replace', path: 'id', value: randomUUID() })).toMatchObject({
      status: 400,
      body: { scimType: 'mutability' },
    });
    const read = await entra.read(id);
    expect(read).toMatchObject({ id, meta: made, schemas: [expect.any(String)], userName: 'ada@nordlys.example' });
    expect(made.created).not.toContain('2000');
  });

  it('2.6 row 2: a group is created, read, replaced, patched without a path, listed and deleted', async () => {
    const groups = groupsIn(account);
    const [a, b] = (await groups.people('a', 'b')) as [string, string];
    const made = await account.scim('POST', '/Groups', { displayName: 'engineer', members: [{ value: a }] });
    expect(made).toMatchObject({ status: 201, body: { displayName: 'engineer', members: [{ value: a }] } });
    const { id, meta } = made.body;
    expect(meta).toMatchObject({ resourceType: 'Group', location: made.headers.get('location') });
    expect((await groups.read(id)).body).toEqual(made.body);
    const put = await account.scim('PUT', `/Groups/${id}`, { displayName: 'manager', members: [{ value: b }] });
    expect(put).toMatchObject({ status: 200, body: { id, displayName: 'manager', members: [{ value: b }] } });
    const value = { displayName: 'director', members: [{ value: a }] };
    expect((await groups.change(id, { op: 'add', value })).status).toBe(204);
    expect((await groups.read(id)).body).toMatchObject({ displayName: 'director', meta: { created: meta.created } });
    expect(await groups.membersOf(id)).toEqual([a, b].toSorted());
    await groups.create('assistant');
    const names = async (query: string) =>
      (await account.scim('GET', `/Groups?${query}`)).body['Resources'].map((each: any) => each.displayName);
    expect(await names('filter=displayName+eq+director')).toEqual(['director']);
    expect(await names('sortBy=displayName')).toEqual(['assistant', 'director']);
    expect(await names('startIndex=2&count=1')).toEqual(['assistant']);
    expect((await account.scim('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await groups.read(id)).status).toBe(404);
  });

  it('2.6 row 3: an unquoted filter, a list, a page and an order', async () => {
    const ids = new Map<string, string>();
    for (const name of ['b', 'a', 'c']) ids.set(name, (await entra.create(name))['id']);
    expect(await entra.idsBy('userName eq a@nordlys.example')).toEqual([ids.get('a')]);
    const { body } = await entra.ask('GET', '/Users?sortBy=userName&sortOrder=descending&startIndex=2&count=2');
    expect(body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 2 });
    expect(body['Resources'].map(({ id }: { id: string }) => id)).toEqual([ids.get('b'), ids.get('a')]);
  });

  it('2.6 row 4: application/json is taken', async () =>
    expect(
      (
        await account.scim('POST', '/Users', person('ada'), {
          'content-type': 'application/json',
          accept: 'application/json',
        })
      ).status,
    ).toBe(201));
});
