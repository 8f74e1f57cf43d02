import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { carriedOut, checked, csv, excel, header, reached, send } from './import.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

const row = (name: string, department = 'Finance') => [`${name}@nordlys.example`, name, 'Lovelace', department, ''];
const users = async () => (await account.scim('GET', '/Users')).body['totalResults'];
const excelType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

describe('an import', () => {
  beforeAll(async () => {
    account = await gateway.newAccount();
    await account.create('ada');
    await account.admin('POST', '/employees', { email: 'hand@nordlys.example', givenName: 'Hand', familyName: 'Made' });
    const left = await account.create('left');
    await account.scim('DELETE', `/Users/${(await account.create('gone'))['id']}`);
    await account.scim('PUT', `/Users/${left['id']}`, person('left', { active: false }));
  });

  const file = () =>
    excel([
      header,
      row('new'),
      ['hand@nordlys.example', 'Hand', 'Made', 'Sales', new Date('2024-03-31')],
      ['hand2@nordlys.example', '', 'Made', '', null],
      row('left'),
      row('gone'),
      row('NEW'),
    ]);

  it('shows row by row what would happen, and nothing happens (P4, P6, P8)', async () => {
    const before = await users();
    const { view, rows } = await checked(gateway, account, await file(), excelType);
    expect(view).toMatchObject({
      fileName: 'staff',
      state: 'ready',
      rows: 6,
      done: 6,
      outcomes: { create: 2, update: 1, unchanged: 0, refused: 3 },
    });
    expect(rows.map((each) => [each['row'], each['outcome'], each['code']])).toEqual([
      [2, 'create', null],
      [3, 'update', null],
      [4, 'refused', 'user.mandatory'],
      [5, 'refused', 'user.nameTaken'],
      [6, 'create', null],
      [7, 'refused', 'import.duplicate'],
    ]);
    expect(rows[1]?.['modifiedProperties']).toContainEqual(
      expect.objectContaining({ oldValue: null, newValue: '2024-03-31' }),
    );
    expect(rows[3]?.['reason']).toContain('an inactive employee, who can be activated again');
    expect(await users()).toBe(before);
    await account.admin('DELETE', `/imports/${view['id']}`);
  });

  it('then does what it showed, and says so', async () => {
    const { id, rows: shown } = await checked(gateway, account, await file(), excelType);
    const { view, rows } = await carriedOut(account, id);
    expect(view['outcomes']).toEqual({ create: 2, update: 1, unchanged: 0, refused: 3 });
    expect(rows.map((each) => each['outcome'])).toEqual(shown.map((each) => each['outcome']));
    const found = await account.scim('GET', '/Users?filter=userName eq "new@nordlys.example"');
    expect(found.body['Resources'][0]).toMatchObject({ id: rows[0]?.['employee'].id, active: true });
    expect(await gateway.verified()).toEqual([]);
  });

  it('of the same file again changes nothing', async () => {
    const { view, id } = await checked(gateway, account, csv([header, row('new')]));
    expect(view['outcomes']).toEqual({ create: 0, update: 0, unchanged: 1, refused: 0 });
    await account.admin('DELETE', `/imports/${id}`);
  });

  it('shows in the history who imported, and follows the rows of one file under one correlation id', async () => {
    const events = await gateway.feed(account.id);
    const created = events.find((event) => event['type'] === 'UserCreated' && event['data'].origin === 'import');
    expect(created).toMatchObject({ actor: expect.stringMatching(/^token:/), correlationid: expect.any(String) });
  });

  it('is one at a time, and one that is over cannot be started', async () => {
    const { id } = await checked(gateway, account, csv([header, row('other')]));
    expect(await send(gateway, account, csv([header, row('late')]))).toMatchObject({
      status: 409,
      body: { code: 'import.open' },
    });
    expect((await account.admin('DELETE', `/imports/${id}`)).body).toMatchObject({ state: 'cancelled' });
    expect(await account.admin('POST', `/imports/${id}/start`)).toMatchObject({
      status: 409,
      body: { code: 'import.notReady', message: expect.stringContaining('cancelled') },
    });
    expect((await account.admin('GET', '/imports')).body['imports'][0]).toMatchObject({ id, state: 'cancelled' });
  });

  it('is nobody else’s (P15)', async () => {
    const { id } = await checked(gateway, account, csv([header, row('mine')]));
    const other = await gateway.newAccount('Other');
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/rows'],
      ['POST', '/start'],
      ['DELETE', ''],
    ] as const) {
      const answer = await other.admin(method, `/imports/${id}${path}`);
      expect([method, path, answer.status, answer.body['code']]).toEqual([method, path, 404, 'import.unknown']);
    }
    await account.admin('DELETE', `/imports/${id}`);
  });

  it('keeps nothing of the file in clear, and what it says of an erased person goes (P20)', async () => {
    const { id } = await checked(gateway, account, csv([header, row('secret')]));
    const { rows } = await carriedOut(account, id);
    const stored = JSON.stringify(await query(gateway.database.adminUrl, 'select * from own.import_rows'));
    expect(stored).not.toContain(Buffer.from('secret@nordlys').toString('hex'));
    const userId = rows[0]?.['employee'].id;
    expect((await account.admin('POST', `/employees/${userId}/erasure`)).status).toBeLessThan(300);
    expect((await account.admin('GET', `/imports/${id}/rows`)).body['rows']).toEqual([]);
  });
});

describe('a long import', () => {
  it('goes on where it was when the gateway ends in the middle, and makes nobody twice', async () => {
    account = await gateway.newAccount();
    const count = 1_500;
    const rows = Array.from({ length: count }, (_, n) => row(`p${n}`));
    const { id } = await checked(gateway, account, csv([header, ...rows]));
    await account.admin('POST', `/imports/${id}/start`);
    const done = async () => (await account.admin('GET', `/imports/${id}`)).body['done'] as number;
    while ((await done()) === 0);
    await gateway.stop();
    await gateway.start();
    const view = await reached(account, id, 'finished');
    expect(view['outcomes']).toEqual({ create: count, update: 0, unchanged: 0, refused: 0 });
    expect(await users()).toBe(count);
    // What is over is not counted anew for each list.
    const kept = `select from own.imports where import_id = '${id}' and counts is not null`;
    await until(async () => (await query(gateway.database.adminUrl, kept)).length === 1);
    await query(gateway.database.adminUrl, `delete from own.import_rows where import_id = '${id}'`);
    expect((await account.admin('GET', `/imports/${id}`)).body).toMatchObject({
      done: count,
      outcomes: view['outcomes'],
    });
    expect(await gateway.verified()).toEqual([]);
  });

  it('can be cancelled on its way; what is done stays', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => row(`q${n}`));
    const { id } = await checked(gateway, account, csv([header, ...rows]));
    await account.admin('POST', `/imports/${id}/start`);
    const before = await users();
    while ((await users()) === before);
    expect((await account.admin('DELETE', `/imports/${id}`)).body['state']).toBe('cancelled');
    const view = await reached(account, id, 'cancelled');
    expect(view['done']).toBeLessThan(2_000);
  });
});

describe('what is no import', () => {
  it.each([
    ['a text that is no file', 'text/plain', Buffer.from('x'), 415],
    ['JSON', 'application/json', Buffer.from('{}'), 400],
    ['a file without columns', 'text/csv', Buffer.from('a,b\n1,2'), 400],
    ['a picture', excelType, Buffer.from('89504e470d0a1a0a', 'hex'), 400],
    ['a file of more than 20 MiB', 'text/csv', Buffer.alloc(21 * 1024 * 1024, 'x'), 413],
  ])('is refused: %s', async (_, type, file, status) => {
    const fresh = await gateway.newAccount();
    expect((await send(gateway, fresh, file, type)).status).toBe(status);
    expect((await fresh.admin('GET', '/imports')).body['imports']).toEqual([]);
  });

  it('of a stranger is not even read', async () => {
    const url = `http://127.0.0.1:${gateway.env.PORT}/accounts/${account.id}/imports`;
    const body = new Uint8Array(21 * 1024 * 1024);
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ code: 'token.missing' })]);
  });

  it('is taken nowhere else', async () => {
    const answer = await account.admin('POST', '/employees', 'a,b', { 'content-type': 'text/csv' });
    expect(answer.status).toBe(415);
  });

  it('has a template to begin with', async () => {
    const url = `http://127.0.0.1:${gateway.env.PORT}/accounts/${account.id}/imports/template?format=csv&language=da`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${account.adminToken}` } });
    expect(answer.headers.get('content-disposition')).toContain('employees-da.csv');
    expect(await answer.text()).toContain('Fornavn *');
  });
});
