import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activeIs, openGateway, person, type OpenGateway, type TestAccount } from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const create = (name: string, over = {}) => account.create(name, over);
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
