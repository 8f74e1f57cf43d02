import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { checked, csv } from './import.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

const mail = (name: string) => `${name}@nordlys.example`;
const employee = async (name: string, over: object = {}) => {
  const body = { email: mail(name), givenName: name, familyName: 'Holm', ...over };
  return (await account.admin('POST', '/employees', body)).body['id'] as string;
};
const rowsOf = async (id: string) =>
  (await account.admin('GET', `/imports/${id}/rows`)).body['rows'].map((each: { row: number }) => each.row);
const erase = async (id: string) => expect((await account.admin('POST', `/employees/${id}/erasure`)).status).toBe(200);

/** Rows 2 to 6 name Quixotte, each in another way, and none was matched with anybody; 7 and 8 name others. */
async function imported(): Promise<string> {
  account = await gateway.newAccount();
  await employee('other');
  const file = csv([
    ['Email', 'First name', 'Last name', 'Username', 'Hire date'],
    [mail('Quixotte'), 'Q', 'Holm', '', ''],
    [mail('second'), 'Q', 'Holm', 'QUIXOTTE.upn', ''],
    [mail('quixotte'), 'Q', 'Holm', '', '31-02-2024'],
    ['', 'quixotte', 'holm', '', ''],
    [mail('third'), '', '', mail('quixotte'), ''],
    [mail('other'), 'other', 'Holm', '', ''],
    [mail('fourth'), 'quixotte', 'Holm', '', ''],
  ]);
  const { id, rows } = await checked(gateway, account, file);
  expect(rows.map((each) => each['outcome'])).toEqual([
    'create',
    'create',
    'refused',
    'refused',
    'refused',
    'unchanged',
    'create',
  ]);
  return id;
}
const quixotte = () => employee('quixotte', { userName: 'quixotte.upn' });

describe('the erasure of a person (P20)', () => {
  it('takes every row that names the person, also those that were never matched, and no other', async () => {
    const id = await imported();
    const userId = await quixotte();
    const stored = JSON.stringify(await query(gateway.database.adminUrl, 'select * from own.import_rows'));
    expect(stored).not.toMatch(new RegExp(`quixotte|${Buffer.from('quixotte').toString('hex')}`, 'i'));
    await erase(userId);
    expect(await rowsOf(id)).toEqual([7, 8]);
  });

  it('leaves the rows of a namesake who has the address now', async () => {
    const id = await imported();
    const userId = await quixotte();
    await account.admin('POST', `/employees/${userId}/deactivation`);
    await account.admin('DELETE', `/imports/${id}`);
    await employee('quixotte');
    const { id: now, rows } = await checked(
      gateway,
      account,
      csv([
        ['Email', 'First name', 'Last name'],
        [mail('quixotte'), 'Q', 'Holm'],
      ]),
    );
    expect(rows[0]).toMatchObject({ outcome: 'update' });
    await erase(userId);
    expect([await rowsOf(id), await rowsOf(now)]).toEqual([[7, 8], [2]]);
  });

  it('takes rows that were stored before they had marks', async () => {
    const id = await imported();
    await query(gateway.database.adminUrl, `update own.import_rows set marks = null where import_id = '${id}'`);
    await erase(await quixotte());
    // What was refused by the file alone kept nothing of the person then.
    expect(await rowsOf(id)).toEqual([4, 5, 6, 7, 8]);
  });

  it('holds after a restore from a backup that has the rows, and the person', async () => {
    const id = await imported();
    const userId = await quixotte();
    await gateway.drained();
    await gateway.database.snapshot();
    await erase(userId);
    await gateway.drained();
    await gateway.stop();
    await gateway.database.restore();
    await query(gateway.database.adminUrl, `select store.raise_incarnation('restored')`);
    await gateway.start();
    expect(await rowsOf(id)).toEqual([7, 8]);
    expect(await gateway.verified()).toEqual([]);
  });
});
