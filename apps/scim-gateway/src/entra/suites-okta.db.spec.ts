import { randomUUID } from 'node:crypto';
import { createPool } from '@bitabiz/service-kit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { ERROR } from '../scim/error.js';
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

describe('Okta (entra.md 2.7)', () => {
  const json = { 'content-type': 'application/json', accept: 'application/json' };

  it('2.7 row 1: the first page has numbers, and a resource with what Okta reads', async () => {
    await entra.create('ada');
    const { body } = await account.scim('GET', '/Users?count=1&startIndex=1');
    expect(body).toMatchObject({ totalResults: 1, itemsPerPage: 1, startIndex: 1 });
    expect(body['Resources'][0]).toMatchObject({
      id: expect.stringMatching(/./),
      name: { givenName: 'ada', familyName: 'Lovelace' },
      userName: 'ada@nordlys.example',
      active: true,
      emails: [{ value: 'ada@nordlys.example' }],
    });
  });

  it('2.7 row 2: a user by id, and an unknown one', async () => {
    const { id } = await entra.create('ada');
    expect((await account.scim('GET', `/Users/${id}`)).status).toBe(200);
    const unknown = await account.scim('GET', `/Users/${randomUUID()}`);
    expect(unknown).toMatchObject({
      status: 404,
      body: { schemas: [ERROR], status: '404', detail: expect.stringMatching(/./) },
    });
  });

  it('2.7 row 3: a filter that finds nobody', async () =>
    expect(await entra.find(`userName eq "${randomUUID()}"`)).toMatchObject({
      status: 200,
      body: { totalResults: 0 },
    }));

  it('2.7 row 4: POST as application/json, GET, and a duplicate', async () => {
    const made = await account.scim('POST', '/Users', person('ada'), json);
    expect(made).toMatchObject({ status: 201, body: { active: true, name: { givenName: 'ada' } } });
    expect((await account.scim('GET', `/Users/${made.body['id']}`)).status).toBe(200);
    expect((await account.scim('POST', '/Users', person('ada'), json)).status).toBe(409);
  });

  it('2.7 row 5: a filter by the userName in capitals', async () => {
    const { id } = await entra.create('ada');
    expect(await entra.idsBy('userName eq "ADA@NORDLYS.EXAMPLE"')).toEqual([id]);
  });

  it('2.7 row 6: the groups', async () => {
    const { id } = await groupsIn(account).create('Sales');
    expect(await account.scim('GET', '/Groups')).toMatchObject({
      status: 200,
      body: { totalResults: 1, Resources: [{ id, displayName: 'Sales' }] },
    });
  });

  it('2.7 row 6: the groups without their members, of which none is read: not even while nobody can read one', async () => {
    const groups = groupsIn(account);
    const { id } = await groups.create('Sales', await groups.people('a', 'b'));
    const pool = createPool(gateway.database.adminUrl, { name: 'test', max: 1 });
    const holder = await pool.connect();
    try {
      await holder.query('begin; lock table own.group_members in access exclusive mode');
      const answer = await account.scim('GET', '/Groups?excludedAttributes=members');
      expect(answer).toMatchObject({ status: 200, body: { totalResults: 1, Resources: [{ id }] } });
      expect(answer.body['Resources'][0]).not.toHaveProperty('members');
    } finally {
      await holder.query('rollback');
      holder.release();
      await pool.end();
    }
    expect((await account.scim('GET', '/Groups')).body['Resources'][0].members).toHaveLength(2);
  });

  it.each(['', 'bbscim_wrong'])('2.7 row 7: the token %j is 401 with an Error', async (token) =>
    expect(await gateway.as(token, '/scim/v2')('GET', '/Users')).toMatchObject({
      status: 401,
      body: { schemas: expect.arrayContaining([ERROR]), status: '401' },
    }),
  );
});
