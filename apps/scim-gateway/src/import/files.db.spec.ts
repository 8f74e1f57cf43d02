import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { checked, csv, excelType, header, send } from './import.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

describe('what is no import', () => {
  it.each([
    ['a picture by the name of Excel', excelType, Buffer.from('89504e470d0a1a0a', 'hex'), 415, 'import.fileType'],
    ['an old workbook by the name of CSV', 'text/csv', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 415, 'import.fileType'],
    ['a web page', 'text/html', Buffer.from('<html>'), 415, 'import.fileType'],
    ['JSON', 'application/json', Buffer.from('{}'), 415, 'import.fileType'],
    ['a text without columns', 'text/plain', Buffer.from('x'), 400, 'import.header'],
    ['a file without columns', 'text/csv', Buffer.from('a,b\n1,2'), 400, 'import.header'],
    ['a file of more than 20 MiB', 'text/csv', Buffer.alloc(21 * 1024 * 1024, 'x'), 413, 'import.tooLarge'],
  ])('is refused: %s', async (_, type, file, status, code) => {
    const fresh = await gateway.newAccount();
    const { status: answered, body } = await send(gateway, fresh, file, type);
    expect([answered, body['code'], body['message']]).toEqual([status, code, expect.any(String)]);
    expect((await fresh.admin('GET', '/imports')).body['imports']).toEqual([]);
  });

  it('by its name may be one by its content', async () => {
    const { id, view } = await checked(gateway, account, csv([header, ['b@x.example', 'B', 'C', '', '']]), excelType);
    expect(view['outcomes']).toMatchObject({ create: 1 });
    await account.admin('DELETE', `/imports/${id}`);
  });

  it.each([
    ['a form of curl', 'application/x-www-form-urlencoded'],
    ['a form of curl that is long', 'application/x-www-form-urlencoded', 40_000],
    ['JSON', 'application/json; charset=utf-8'],
    ['SCIM', 'application/scim+json'],
    ['text', 'text/comma-separated-values'],
    ['CSV', 'application/csv'],
    ['bytes', 'application/octet-stream'],
    ['no type at all', ''],
    ['what is no type', 'csv'],
  ])('is not told by the content type: %s', async (_, type, length = 0) => {
    const name = 'c'.repeat(60);
    const rows = Array.from({ length: 1 + length / 60 }, (_, n) => [`b${n}@x.example`, name, 'C', '', '']);
    const { id, view } = await checked(gateway, account, csv([header, ...rows]), type);
    expect(view['outcomes']).toMatchObject({ create: rows.length });
    await account.admin('DELETE', `/imports/${id}`);
  });

  it('is a form with a file in it: the answer says to send the file itself', async () => {
    const form = Buffer.from('--x\r\ncontent-disposition: form-data; name="file"\r\n\r\na,b\r\n--x--\r\n');
    expect(await send(gateway, account, form, 'multipart/form-data; boundary=x')).toMatchObject({
      status: 415,
      body: { code: 'import.fileType', message: expect.stringContaining('curl --data-binary @staff.xlsx') },
    });
  });

  it('is no body', async () =>
    expect(await send(gateway, account, Buffer.alloc(0), '')).toMatchObject({
      status: 400,
      body: { code: 'import.unreadable', message: expect.stringContaining('it is empty') },
    }));

  it('of a stranger is not even read', async () => {
    const url = `http://127.0.0.1:${gateway.env.PORT}/accounts/${account.id}/imports`;
    const body = new Uint8Array(21 * 1024 * 1024);
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ code: 'token.missing' })]);
  });

  it('and columns that nobody knows, are named with what to do about them', async () => {
    const file = csv([
      ['E-mail', 'Fornavn', 'Efternavn', 'Afdelling', 'Sko'],
      ['a@x.example', 'A', 'B', 'C', '42'],
    ]);
    const { id, view } = await checked(gateway, account, file);
    expect(view['ignoredColumns']).toEqual([
      { heading: 'Afdelling', advice: 'Afdelling kendes ikke. Er det Afdeling? Så kald den det' },
      { heading: 'Sko', advice: 'Sko kendes ikke og udelades' },
    ]);
    // Found once, and kept.
    await query(gateway.database.adminUrl, `update own.imports set advice = '{a,b}' where import_id = '${id}'`);
    expect((await account.admin('GET', `/imports/${id}`)).body['ignoredColumns']).toEqual([
      { heading: 'Afdelling', advice: 'a' },
      { heading: 'Sko', advice: 'b' },
    ]);
    await account.admin('DELETE', `/imports/${id}`);
  });

  it('is taken nowhere else', async () => {
    for (const type of ['text/csv', 'application/octet-stream', 'application/x-www-form-urlencoded']) {
      const answer = await account.admin('POST', '/employees', 'a,b', { 'content-type': type });
      expect([answer.status, answer.body['message']]).toEqual([415, 'Send JSON']);
    }
  });

  it('has a template to begin with', async () => {
    const url = `http://127.0.0.1:${gateway.env.PORT}/accounts/${account.id}/imports/template?format=csv&language=da`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${account.adminToken}` } });
    expect(answer.headers.get('content-disposition')).toContain('employees-da.csv');
    expect(await answer.text()).toContain('Fornavn *');
  });
});
