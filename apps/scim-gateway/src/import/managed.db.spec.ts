import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { carriedOut, checked, csv } from './import.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const hr = 'urn:bitabiz:params:scim:schemas:extension:hr:2.0:User';
const header = ['E-mail', 'Fornavn', 'Efternavn', 'Afdeling', 'Ansættelsesdato', 'Brugernavn'];
const file = (...cells: string[]) => csv([header.slice(0, cells.length), cells]);
const card = async (id: string) => (await account.scim('GET', `/Users/${id}`)).body;

describe('a row about an AD user (P22)', () => {
  it('is carried out except for what Entra manages, and the dry run says the same', async () => {
    const { id } = await account.create('ida', {
      userName: 'ida.upn@nordlys.example',
      [enterprise]: { department: 'Sales' },
    });
    const row = file('ida@nordlys.example', 'Ida', 'Lovelace', 'Finance', '31-03-2024', 'ida2@nordlys.example');
    const shown = await checked(gateway, account, row);
    const done = await carriedOut(account, shown.id);
    for (const { rows, view } of [shown, done]) {
      expect(view['outcomes']).toMatchObject({ update: 1, refused: 0 });
      expect(rows[0]).toMatchObject({
        outcome: 'update',
        code: null,
        leftToEntra: ['userName', 'givenName', 'department'],
      });
      expect(rows[0]?.['notes']).toEqual([
        'Brugernavn (F2), Fornavn (B2), Afdeling (D2): uændret, fordi Entra styrer det. Ret det i Entra (P22)',
      ]);
      expect(rows[0]?.['modifiedProperties']).toEqual([
        { displayName: `${hr}:dateOfEmployment`, oldValue: null, newValue: '2024-03-31' },
      ]);
    }
    expect(await card(id)).toMatchObject({
      userName: 'ida.upn@nordlys.example',
      name: { givenName: 'ida' },
      [enterprise]: { department: 'Sales' },
      [hr]: { dateOfEmployment: '2024-03-31' },
    });
    expect(await gateway.verified()).toEqual([]);
  });

  it('is left as it is when all that differs is Entra’s', async () => {
    const { id } = await account.create('bo', { [enterprise]: { department: 'Sales' } });
    const shown = await checked(gateway, account, file('bo@nordlys.example', 'bo', 'Lovelace', 'Finance'));
    expect(shown.rows[0]).toMatchObject({ outcome: 'unchanged', leftToEntra: ['department'] });
    const before = await card(id);
    await carriedOut(account, shown.id);
    expect(await card(id)).toEqual(before);
  });

  it('keeps the username where the file has none, also of who is no AD user', async () => {
    const { body } = await account.admin('POST', '/employees', {
      userName: 'eva.upn',
      email: 'eva@nordlys.example',
      givenName: 'Eva',
      familyName: 'Holm',
    });
    const { rows, id } = await checked(gateway, account, file('eva@nordlys.example', 'Eva', 'Holm', 'Finance'));
    expect(rows[0]).toMatchObject({ outcome: 'update', leftToEntra: [], notes: [] });
    await carriedOut(account, id);
    expect(await card(body['id'])).toMatchObject({ userName: 'eva.upn', [enterprise]: { department: 'Finance' } });
  });

  it('of JSON follows the same rules', async () => {
    const { id } = await account.create('kim', { userName: 'kim.upn@nordlys.example' });
    const employees = [{ email: 'kim@nordlys.example', givenName: 'Kim', familyName: 'Lovelace', payrollNumber: '7' }];
    const { body } = await account.admin('POST', '/employees/import', { employees });
    expect(body['rows']).toEqual([
      expect.objectContaining({ id, leftToEntra: ['givenName'], events: ['UserProfileChanged'] }),
    ]);
    expect(await card(id)).toMatchObject({ userName: 'kim.upn@nordlys.example', name: { givenName: 'kim' } });
  });

  it('is Entra’s nowhere while provisioning is off, except for the username', async () => {
    const { id } = await account.create('off');
    await gateway.operator('PATCH', `/accounts/${account.id}`, { provisioning: false });
    const { rows } = await checked(
      gateway,
      account,
      file('off@nordlys.example', 'Off', 'Lovelace', 'Finance', '', 'x'),
    );
    expect(rows[0]).toMatchObject({ outcome: 'update', leftToEntra: ['userName'] });
    await gateway.operator('PATCH', `/accounts/${account.id}`, { provisioning: true });
    expect(await card(id)).toMatchObject({ name: { givenName: 'off' } });
  });
});
