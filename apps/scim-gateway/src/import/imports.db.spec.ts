import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { carriedOut, checked, csv, excel, excelType, header, reached, send } from './import.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

const row = (name: string, department = 'Finance') => [`${name}@nordlys.example`, name, 'Lovelace', department, ''];
const users = async () => (await account.scim('GET', '/Users')).body['totalResults'];

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
    expect(rows[2]?.['reason']).toBe('First name (B4) must not be empty: fill in the cell (P4)');
    expect(rows[3]?.['reason']).toMatch(
      /^E-mail \(A5\): left@nordlys.example belongs to an inactive employee, who can be activated again: /,
    );
    expect(await users()).toBe(before);
    await account.admin('DELETE', `/imports/${view['id']}`);
  });

  it('names the cell of a name that is taken, and whom to activate (P8)', async () => {
    const employee = { email: 'back@nordlys.example', givenName: 'Back', familyName: 'Again' };
    const { id } = (await account.admin('POST', '/employees', employee)).body;
    await account.admin('POST', `/employees/${id}/deactivation`);
    const { scimId } = (await account.admin('POST', `/employees/${id}/activation`, {})).body;
    expect(scimId).not.toBe(id);
    await account.scim('PUT', `/Users/${scimId}`, person('back', { active: false }));
    const file = csv([
      [...header, 'Username'],
      [...row('back'), ''],
    ]);
    const { rows, view } = await checked(gateway, account, file);
    expect(rows[0]?.['reason']).toBe(
      `E-mail (A2): back@nordlys.example belongs to an inactive employee, who can be activated again: ${id} (P8)`,
    );
    await account.admin('POST', `/employees/${id}/ad-user-mark-removal`);
    expect((await account.admin('POST', `/employees/${id}/activation`, {})).status).toBe(200);
    await account.admin('DELETE', `/imports/${view['id']}`);
  });

  it('then does what it showed, and says so', async () => {
    const { id, rows: shown } = await checked(gateway, account, await file(), excelType);
    const { view, rows } = await carriedOut(account, id);
    expect(view['outcomes']).toMatchObject({ create: 2, update: 1, unchanged: 0, refused: 3 });
    expect(rows.map((each) => each['outcome'])).toEqual(shown.map((each) => each['outcome']));
    const found = await account.scim('GET', '/Users?filter=userName eq "new@nordlys.example"');
    expect(found.body['Resources'][0]).toMatchObject({ id: rows[0]?.['employee'].id, active: true });
    expect(await gateway.verified()).toEqual([]);
  });

  it('of the same file again changes nothing', async () => {
    const { view, id } = await checked(gateway, account, csv([header, row('new')]));
    expect(view['outcomes']).toMatchObject({ create: 0, update: 0, unchanged: 1, refused: 0 });
    await account.admin('DELETE', `/imports/${id}`);
  });

  it('shows who sent, started and cancelled it, and in the history who started it, under one correlation id', async () => {
    const { id, view } = await checked(gateway, account, csv([header, row('ordered')]));
    expect(view).toMatchObject({ createdBy: expect.stringMatching(/^token:/), startedBy: null, cancelledBy: null });
    await gateway.operator('POST', `/accounts/${account.id}/imports/${id}/start`);
    expect(await reached(account, id, 'finished')).toMatchObject({ startedBy: 'operator', cancelledBy: null });
    const events = (await gateway.feed(account.id)).filter((event) => event['correlationid'] === id);
    expect(events).toEqual([expect.objectContaining({ type: 'UserCreated', actor: 'operator' })]);
    const other = await checked(gateway, account, csv([header, row('not-ordered')]));
    expect((await gateway.operator('DELETE', `/accounts/${account.id}/imports/${other.id}`)).body).toMatchObject({
      createdBy: view['createdBy'],
      startedBy: null,
      cancelledBy: 'operator',
    });
  });

  it('is one at a time, and one that is over cannot be started', async () => {
    const { id } = await checked(gateway, account, csv([header, row('other')]));
    expect(await send(gateway, account, csv([header, row('late')]))).toMatchObject({
      status: 409,
      body: { code: 'import.open' },
    });
    // Said before the file is read.
    expect((await send(gateway, account, Buffer.from('x'))).body['code']).toBe('import.open');
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
    expect(view['outcomes']).toMatchObject({ create: count, update: 0, unchanged: 0, refused: 0 });
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
    await gateway.stop();
    await gateway.start();
    const view = await reached(account, id, 'cancelled');
    const { create, cancelled } = view['outcomes'];
    expect([view['done'], create + cancelled, await users()]).toEqual([create, 2_000, before + create]);
    expect(create).toBeLessThan(2_000);
    const { rows: left } = (await account.admin('GET', `/imports/${id}/rows?outcome=cancelled&limit=500`)).body;
    expect(left[0]).toMatchObject({ row: create + 2, outcome: 'cancelled', employee: { id: null } });
  });
});
