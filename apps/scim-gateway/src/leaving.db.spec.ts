import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activeIs, managerIs, managerOf, openGateway, type OpenGateway, type TestAccount } from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const create = (name: string, over = {}) => account.create(name, over);
const filterBy = (name: string) => account.scim('GET', `/Users?filter=userName+eq+%22${encodeURIComponent(name)}%22`);

describe('a soft delete (P8)', () => {
  it('keeps the names taken against a new employee by hand, who is told of the inactive one', async () => {
    const { id } = await create('ada');
    expect((await account.scim('PATCH', `/Users/${id}`, activeIs(false))).body['active']).toBe(false);
    const taken = await account.admin('POST', '/employees', {
      email: 'ada@nordlys.example',
      givenName: 'A',
      familyName: 'L',
    });
    expect(taken.status).toBe(409);
    expect(taken.body['message']).toMatch(/inactive employee, who can be activated again/);
  });

  it('leaves the person visible to a read and to a filter', async () => {
    const { id } = await create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    expect((await account.scim('GET', `/Users/${id}`)).body['active']).toBe(false);
    expect((await filterBy('ada@nordlys.example')).body['totalResults']).toBe(1);
  });

  it('is taken back by active=true: same id (P9)', async () => {
    const { id } = await create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    expect((await account.scim('PATCH', `/Users/${id}`, activeIs(true))).body).toMatchObject({ id, active: true });
  });
});

describe('a list of everybody', () => {
  it('has the inactive, but neither the deleted nor a reference to one, and counts as it shows', async () => {
    const boss = await create('grace');
    const { id } = await create('ada');
    await account.scim('PATCH', `/Users/${id}`, managerIs(boss['id'] as string));
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const all = async (parameters: string) => (await account.scim('GET', `/Users?${parameters}`)).body;
    expect(await all('')).toMatchObject({ totalResults: 2, itemsPerPage: 2 });
    await account.scim('DELETE', `/Users/${boss['id'] as string}`);
    for (const parameters of [
      '',
      'count=0',
      'startIndex=2',
      'sortBy=userName',
      'filter=active eq false',
      'filter=userName eq "ada@nordlys.example"',
    ]) {
      const { totalResults, Resources = [] } = await all(parameters);
      expect(totalResults, parameters).toBe(1);
      expect((Resources as object[]).map(managerOf), parameters).toEqual(
        Array.from({ length: /count|start/.test(parameters) ? 0 : 1 }, () => undefined),
      );
    }
    await account.admin('POST', `/employees/${id}/deactivation`);
    expect((await all(''))['totalResults']).toBe(0);
  });
});

describe('a hard delete (P10)', () => {
  it('answers 404 from then on, and the same email makes a new person', async () => {
    const { id } = await create('ada');
    expect((await account.scim('DELETE', `/Users/${id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await account.scim(method, `/Users/${id}`)).status).toBe(404);
    expect((await filterBy('ada@nordlys.example')).body['totalResults']).toBe(0);
    expect((await create('ada'))['id']).not.toBe(id);
  });

  it('is what deactivating by hand does; activating again gives a new SCIM id (P11, P10)', async () => {
    const { id } = await create('ada');
    expect((await account.admin('POST', `/employees/${id}/deactivation`)).body).toMatchObject({ status: 'released' });
    expect((await account.scim('GET', `/Users/${id}`)).status).toBe(404);
    const active = await account.admin('POST', `/employees/${id}/activation`, {});
    expect(active.body).toMatchObject({ id, status: 'active' });
    expect(active.body['scimId']).not.toBe(id);
    expect((await account.scim('GET', `/Users/${active.body['scimId']}`)).status).toBe(200);
  });

  it('of a manager hides the dead reference on the reports', async () => {
    const boss = await create('grace');
    const { id } = await create('ada');
    expect(managerOf((await account.scim('PATCH', `/Users/${id}`, managerIs(boss['id']))).body)).toBe(boss['id']);
    await account.scim('DELETE', `/Users/${boss['id']}`);
    expect(managerOf((await account.scim('GET', `/Users/${id}`)).body)).toBeUndefined();
  });
});
