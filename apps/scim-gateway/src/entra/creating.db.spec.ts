import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerOf, openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { sent } from '../provisioning-log/log.fixture.js';
import { CORE, ENTERPRISE, MALFORMED_ENTERPRISE, PRODUCT } from '../scim/attributes.js';
import { ERROR, ERROR_DETAILS } from '../scim/error.js';
import { country, entraOn, mobile, workEmail, workPhone, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

const post = (body: unknown) => entra.ask('POST', '/Users', body);

describe('POST /Users (entra.md 1.4)', () => {
  it('1.4.1 takes the body that Entra sends, with its meta and its empty roles', async () => {
    const sent = person('ada');
    const { id } = (await post(sent)).body;
    const { schemas: _, meta: __, roles: ___, emails, ...simple } = sent;
    expect(await entra.read(id)).toMatchObject({ ...simple, emails: emails as object[] });
  });

  it('1.4.1 takes the enterprise URN without its last colon, as older clients send it', async () => {
    const enterprise = { [MALFORMED_ENTERPRISE]: { department: 'Engines' } };
    const { id } = await entra.create('ada', { schemas: [CORE, MALFORMED_ENTERPRISE], ...enterprise });
    expect((await entra.read(id))[ENTERPRISE]).toEqual({ department: 'Engines' });
  });

  it('1.4.1 takes an extension object whose URN is not in schemas, also one that nobody knows', async () => {
    const { id } = await entra.create('ada', {
      schemas: [CORE, ENTERPRISE],
      [PRODUCT]: { payrollNumber: '7' },
      'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User': { tag: 'x' },
    });
    const read = await entra.read(id);
    expect(read[PRODUCT]).toEqual({ payrollNumber: '7' });
    expect(read['schemas']).toContain(PRODUCT);
    expect(JSON.stringify(read)).not.toContain('CustomExtensionName');
  });

  it('1.4.2 takes null, [] and "" as absent, also of a sub-attribute', async () => {
    const { id } = await entra.create('ada', {
      name: { givenName: 'Ada', familyName: 'Lovelace', formatted: null, middleName: null },
      title: null,
      addresses: null,
      phoneNumbers: [],
      department: null,
      manager: null,
      payrollNumber: '',
      [ENTERPRISE]: { employeeNumber: null, manager: { value: null } },
    });
    const read = await entra.read(id);
    expect(Object.keys(read).toSorted()).toEqual(
      ['active', 'emails', 'externalId', 'id', 'meta', 'name', 'schemas', 'userName'].toSorted(),
    );
    expect(read['name']).toEqual({ givenName: 'Ada', familyName: 'Lovelace' });
  });

  it.each([
    ['True', true],
    ['False', false],
  ])('1.4.3 takes active as the text %j', async (text, active) =>
    expect((await entra.create('ada', { active: text }))['active']).toBe(active),
  );

  it.each([
    ['the enterprise extension', (id: string) => ({ [ENTERPRISE]: { manager: id } })],
    ['the top', (id: string) => ({ manager: id })],
  ])('1.4.3 takes a manager as a bare id at %s, and answers {"value": id}', async (_, over) => {
    const { id: boss } = await entra.create('boss');
    const { id } = await entra.create('ada', over(boss));
    expect(managerOf(await entra.read(id))).toBe(boss);
  });

  it('1.4.4 is answered 201 with Location and the whole resource', async () => {
    const { status, headers, body } = await post(person('ada', { title: 'Analyst' }));
    expect(status).toBe(201);
    expect(headers.get('location')).toMatch(new RegExp(`/scim/v2/Users/${body['id']}$`));
    expect(body).toMatchObject({ title: 'Analyst', meta: { resourceType: 'User', location: headers.get('location') } });
    expect(await entra.read(body['id'])).toEqual(body);
  });

  it('1.4.4 of an identical body again, as after a lost answer, is 409 uniqueness, and matching then finds the person', async () => {
    const sent = person('ada');
    const { id } = (await post(sent)).body;
    const again = await post(sent);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      schemas: [ERROR, ERROR_DETAILS],
      status: '409',
      scimType: 'uniqueness',
      [ERROR_DETAILS]: { code: 'user.nameTaken', attribute: 'userName', holder: id },
    });
    expect(again.body['detail']).toEqual(expect.any(String));
    expect(await entra.idsBy(`userName eq "${sent.userName}"`)).toEqual([id]);
  });

  it('1.4.5 keeps one of several e-mails, telephone numbers and countries of a type (P2), and the log names what was not kept, without its value', async () => {
    const body = person('ada', {
      emails: [
        { type: 'work', value: 'other@nordlys.example' },
        { type: 'work', value: 'ada@nordlys.example', primary: true },
      ],
      phoneNumbers: ['+45 1', '+45 2'].flatMap((value) => [
        { type: 'mobile', value },
        { type: 'work', value: '+45 3' },
      ]),
      addresses: ['DK', 'SE'].map((country) => ({ type: 'work', country })),
    });
    const { answer, entry } = await sent(account, 'POST', '/Users', body);
    expect(await entra.read(answer.body['id'])).toMatchObject({
      emails: [{ type: 'work', value: 'ada@nordlys.example' }],
      phoneNumbers: [
        { type: 'work', value: '+45 3' },
        { type: 'mobile', value: '+45 2' },
      ],
      addresses: [{ type: 'work', country: 'SE' }],
    });
    const read = entry.provisioningSteps.find(({ description }) => description.includes('does not keep'))?.description;
    for (const name of [workEmail, mobile, country]) expect(read).toContain(name);
    for (const text of ['other@', '+45', '"DK"', workPhone]) expect(read).not.toContain(text);
  });

  it('1.4.5 gives every value back letter for letter', async () => {
    const sent = {
      userName: 'Ada.LOVELACE@Nordlys.Example',
      name: { givenName: ' Ada ', familyName: 'O’Lovelace-Ærø' },
      title: 'Countess  of "Lovelace"',
      emails: [{ type: 'work', value: 'Ada.Lovelace@NORDLYS.example', primary: true }],
      phoneNumbers: [
        { type: 'work', value: '+45 (33) 12-34.56 ext. 7' },
        { type: 'mobile', value: '0045 20 30 40 50' },
      ],
      addresses: [{ type: 'work', country: 'denmark' }],
      [PRODUCT]: { dateOfEmployment: '2024-01-15T08:30:00.1234567Z', payrollNumber: '00042', groupCompanyName: 'A/S' },
    };
    const { id } = await entra.create('ada', sent);
    expect(await entra.read(id)).toMatchObject(sent);
  });

  it('1.4.6 keeps a date of employment with its time as it was written, and knows which day it is', async () => {
    const { id } = await entra.create('ada', { dateOfEmployment: '2024-01-15T00:00:00Z' });
    expect(await entra.read(id)).toMatchObject({
      dateOfEmployment: '2024-01-15T00:00:00Z',
      [PRODUCT]: { dateOfEmployment: '2024-01-15T00:00:00Z' },
    });
    expect(await entra.idsBy('dateOfEmployment eq "2024-01-15"')).toEqual([id]);
    expect(await entra.idsBy('dateOfEmployment gt "2024-01-15"')).toEqual([]);
  });
});
