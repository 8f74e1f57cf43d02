import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  activeIs,
  managerIs,
  managerOf,
  openGateway,
  patch,
  person,
  type OpenGateway,
  type TestAccount,
} from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const create = async (name: string, over = {}) => {
  const answer = await account.scim('POST', '/Users', person(name, over));
  expect(answer.status).toBe(201);
  return answer.body;
};
const filterBy = (name: string) => account.scim('GET', `/Users?filter=userName+eq+%22${encodeURIComponent(name)}%22`);

describe('what Entra does with a new person', () => {
  it('finds nobody, creates, finds, reads', async () => {
    expect((await filterBy('ada@nordlys.example')).body).toMatchObject({ totalResults: 0, Resources: [] });
    const { id } = await create('ada');
    expect((await filterBy('ADA@nordlys.example')).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
    expect((await account.scim('GET', `/Users/${id}`)).body).toMatchObject({
      id,
      userName: 'ada@nordlys.example',
      active: true,
    });
  });

  it('is answered 201 with location and version', async () => {
    const answer = await account.scim('POST', '/Users', person('ada'), {
      'content-type': 'application/scim+json; charset=utf-8',
    });
    expect(answer.headers.get('location')).toContain(`/scim/v2/Users/${answer.body['id']}`);
    expect(answer.headers.get('content-type')).toContain('application/scim+json');
    expect(answer.body['meta'].version).toBe(answer.headers.get('etag'));
  });
});

describe('mandatory attributes', () => {
  it('that are missing are named, and nothing is stored (P4)', async () => {
    const answer = await account.scim('POST', '/Users', person('ada', { name: { givenName: 'Ada' } }));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status: '400', scimType: 'invalidValue' });
    expect(answer.body['detail']).toMatch(/familyName|last name/);
    expect((await account.scim('GET', '/Users')).body['totalResults']).toBe(0);
  });

  it('that are no texts are refused (P4)', async () => {
    expect((await account.scim('POST', '/Users', person('ada', { title: 'a\u0000b' }))).status).toBe(400);
    expect((await account.scim('POST', '/Users', person('ada', { active: 'perhaps' }))).status).toBe(400);
  });
});

describe('creating', () => {
  it('adopts an imported employee, who keeps the id (P6, P7)', async () => {
    const imported = await account.admin('POST', '/employees/import', {
      employees: [{ email: 'ada@nordlys.example', givenName: 'Ada', familyName: 'Byron' }],
    });
    const [row] = imported.body['rows'];
    expect((await filterBy('ada@nordlys.example')).body['totalResults']).toBe(1);
    const adopted = await create('ada');
    expect(adopted['id']).toBe(row.id);
    expect(adopted['name'].familyName).toBe('Lovelace');
  });

  it('of an active AD user again is a conflict that names the holder (P6)', async () => {
    const { id } = await create('ada');
    const again = await account.scim('POST', '/Users', person('ada'));
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ scimType: 'uniqueness' });
    expect(JSON.stringify(again.body)).toContain(id);
  });

  it('with names of two different employees is a conflict, and nothing is stored (P6)', async () => {
    await create('ada');
    await create('grace');
    const both = person('ada', { emails: [{ type: 'work', value: 'grace@nordlys.example' }] });
    expect((await account.scim('POST', '/Users', both)).status).toBe(409);
    expect((await account.scim('GET', '/Users')).body['totalResults']).toBe(2);
  });

  it('of a soft-deleted person reactivates under the same id (P6)', async () => {
    const { id } = await create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const back = await create('ada');
    expect(back).toMatchObject({ id, active: true });
  });

  it('at the same moment twice makes one person (P6)', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => account.scim('POST', '/Users', person('ada'))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });
});

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

describe('a domain change (P12)', () => {
  it('keeps the person, frees the old address and finds the new one', async () => {
    const { id } = await create('ada');
    const renamed = await account.scim(
      'PATCH',
      `/Users/${id}`,
      patch(
        { op: 'Replace', path: 'userName', value: 'ada@new.example' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada@new.example' },
      ),
    );
    expect(renamed.body).toMatchObject({ id, userName: 'ada@new.example' });
    expect((await filterBy('ada@new.example')).body['Resources'][0].id).toBe(id);
    expect((await create('ada'))['id']).not.toBe(id);
  });

  it('to a taken name is a conflict and changes nothing (P6)', async () => {
    await create('grace');
    const { id } = await create('ada');
    const taken = patch(
      { op: 'Replace', path: 'userName', value: 'GRACE@nordlys.example' },
      { op: 'Replace', path: 'title', value: 'x' },
    );
    expect((await account.scim('PATCH', `/Users/${id}`, taken)).status).toBe(409);
    expect((await account.scim('GET', `/Users/${id}`)).body['title']).toBeUndefined();
  });
});

describe('who owns a field (P22)', () => {
  it('is Entra for what it ever synchronised, until provisioning is switched off', async () => {
    const { id } = await create('ada', { title: 'Analyst' });
    const edit = () => account.admin('PATCH', `/employees/${id}`, { title: 'Countess' });
    expect((await edit()).body).toMatchObject({ code: 'user.managedByEntra' });
    expect((await account.admin('PATCH', `/employees/${id}`, { mobile: '+45 1' })).status).toBe(200);
    await account.admin('PATCH', '', { provisioning: false });
    expect((await edit()).status).toBe(200);
    const off = await account.scim('GET', '/Users');
    expect(off.status).toBe(403);
    expect(off.body['detail']).toMatch(/switched off/);
  });
});

describe('a reference to a manager who is unknown (A4)', () => {
  it('is kept, and the other operations apply', async () => {
    const { id } = await create('ada');
    const unknown = '11111111-1111-4111-8111-111111111111';
    const both = patch({ op: 'Replace', path: 'title', value: 'Analyst' }, ...managerIs(unknown).Operations);
    const answer = await account.scim('PATCH', `/Users/${id}`, both);
    expect(answer.body['title']).toBe('Analyst');
    expect(managerOf(answer.body)).toBe(unknown);
  });
});

describe('what an account wrote under a name', () => {
  it('is answered under that name at once (entra.md 0)', async () => {
    const { id } = await create('ada');
    await account.scim('PATCH', `/Users/${id}`, patch({ op: 'Add', path: 'jobTitle', value: 'Analyst' }));
    expect((await account.scim('GET', `/Users/${id}`)).body).toMatchObject({ title: 'Analyst', jobTitle: 'Analyst' });
  });
});

describe('a change that changes nothing', () => {
  it('leaves version and history alone', async () => {
    const { id } = await create('ada');
    const before = await account.scim('GET', `/Users/${id}`);
    await account.scim('PATCH', `/Users/${id}`, activeIs(true));
    const after = await account.scim('GET', `/Users/${id}`);
    expect(after.body['meta']).toEqual(before.body['meta']);
  });

  it('made against an old version is refused with 412 (If-Match)', async () => {
    const { id } = await create('ada');
    const stale = await account.scim('PATCH', `/Users/${id}`, activeIs(false), { 'if-match': 'W/"99"' });
    expect(stale.status).toBe(412);
    expect((await account.scim('GET', `/Users/${id}`, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
  });
});
