import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount } from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const shared = 'work@nordlys.example';
const withEmail = (value: string) => ({ emails: [{ type: 'work', primary: true, value }] });
const create = (name: string, email = shared) => account.scim('POST', '/Users', person(name, withEmail(email)));
const unique = (emailUniqueness: boolean) => account.admin('PATCH', '', { emailUniqueness });
const change = (id: unknown, path: string, value: string) =>
  account.scim('PATCH', `/Users/${String(id)}`, patch({ op: 'Replace', path, value }));
const emailOf = 'emails[type eq "work"].value';
const found = async (filter: string) =>
  (await account.scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body['totalResults'];

describe('e-mails that need not be unique, for Microsoft’s validator (entra.md 0)', () => {
  it('may belong to several employees of distinct user names; a user name still belongs to one', async () => {
    expect((await unique(false)).body).toMatchObject({ emailUniqueness: false });
    const made = await Promise.all(['ada', 'grace', 'linus'].map((name) => create(name)));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(made.map(({ body }) => body['id'])).size).toBe(3);
    expect(await found(`emails.value eq "${shared}"`)).toBe(3);
    expect(await create('ada', 'other@nordlys.example')).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    });
    expect((await change(made[0]?.body['id'], 'userName', 'GRACE@nordlys.example')).status).toBe(409);
    expect((await change(made[1]?.body['id'], 'title', 'Engineer')).status).toBe(200);
    expect(await gateway.verified()).toEqual([]);
  });

  it('do not make a user name free that an e-mail is to become (P14)', async () => {
    await unique(false);
    const names = { userName: 'one@x.example', email: 'one@x.example' };
    const made = await account.admin('POST', '/employees', { ...names, givenName: 'One', familyName: 'X' });
    expect(made.status).toBe(201);
    expect((await create('two', 'two@x.example')).status).toBe(201);
    const edit = (email: string) => account.admin('PATCH', `/employees/${made.body['id']}`, { email });
    expect(await edit('two@nordlys.example')).toMatchObject({ status: 409, body: { code: 'user.nameTaken' } });
  });

  it('are unique without the switch', async () => {
    expect((await create('ada')).status).toBe(201);
    expect((await create('grace')).status).toBe(409);
    expect((await account.admin('GET', '')).body).toMatchObject({ emailUniqueness: true });
  });

  it('are claimed again by whoever holds them when the switch is taken back, but not while one is shared', async () => {
    await create('grace', 'grace@nordlys.example');
    await unique(false);
    const [ada, linus] = [await create('ada'), await create('linus')];
    const refused = await unique(true);
    expect(refused).toMatchObject({ status: 409, body: { code: 'account.sharedEmails' } });
    expect(refused.body['message']).toContain(shared);
    for (const { body } of [ada, linus]) expect(refused.body['message']).toContain(body['id']);
    expect((await change(linus.body['id'], emailOf, 'linus@nordlys.example')).status).toBe(200);
    expect((await unique(true)).body).toMatchObject({ emailUniqueness: true });
    // Two that were never claimed, and one that was before.
    for (const [n, taken] of [shared, 'linus@nordlys.example', 'Grace@nordlys.example'].entries()) {
      expect((await create(`new${n}`, taken)).status, taken).toBe(409);
    }
    expect(await gateway.verified()).toEqual([]);
  });

  it('may not be the user name of somebody else when the switch is taken back', async () => {
    await unique(false);
    await create('ada', 'ada@nordlys.example');
    await create('grace', 'ada@nordlys.example');
    expect(await unique(true)).toMatchObject({ status: 409, body: { code: 'account.sharedEmails' } });
  });

  it('let a user name be taken that was the e-mail of the same person, and claim it', async () => {
    await create('ada');
    await unique(false);
    const grace = await create('grace', 'later@nordlys.example');
    await change(grace.body['id'], 'userName', 'later@nordlys.example');
    expect((await account.scim('POST', '/Users', person('later'))).status).toBe(409);
    expect(await gateway.verified()).toEqual([]);
  });

  it('are free again for others when one of their holders is deleted', async () => {
    await unique(false);
    const [ada, grace] = [await create('ada'), await create('grace')];
    await account.scim('DELETE', `/Users/${String(ada.body['id'])}`);
    expect((await unique(true)).status).toBe(200);
    expect((await create('linus')).status).toBe(409);
    await account.scim('DELETE', `/Users/${String(grace.body['id'])}`);
    expect((await create('linus')).status).toBe(201);
    expect(await gateway.verified()).toEqual([]);
  });
});
