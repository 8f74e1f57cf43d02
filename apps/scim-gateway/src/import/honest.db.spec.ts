import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { carriedOut, checked, csv, reached } from './import.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const header = ['E-mail', 'Fornavn', 'Efternavn', 'Afdeling', 'Ansættelsesdato', 'Brugernavn'];
const mail = (name: string) => `${name}@nordlys.example`;
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Somebody of each kind, and a row about them. */
const kinds = [
  async (n: number) => [mail(`new${n}`), 'New', 'Holm', 'Sales', '', ''],
  async (n: number) => {
    await byHand(`same${n}`);
    return [mail(`same${n}`), 'Hand', 'Made', 'Sales', '2024-03-01', ''];
  },
  async (n: number) => {
    await byHand(`changed${n}`);
    return [mail(`changed${n}`), 'Hand', 'Made', 'Finance', '31-12-2024', n % 2 ? `upn${n}` : ''];
  },
  async (n: number) => {
    await account.create(`ad${n}`, { [enterprise]: { department: 'Sales' } });
    return [mail(`ad${n}`), `ad${n}`, 'Lovelace', 'Finance', n % 2 ? '2024-03-01' : '', n % 2 ? '' : 'other'];
  },
  async (n: number) => {
    const { id } = await account.create(`left${n}`);
    await account.scim('PUT', `/Users/${id}`, person(`left${n}`, { active: false }));
    return [mail(`left${n}`), 'Left', 'Holm', '', '', ''];
  },
  async (n: number) => [mail(`NEW${n % 3}`), 'Twice', 'Holm', '', '', ''],
  async (n: number) => [mail(`twice${n}`), 'Twice', 'Holm', '', '', mail(`new${n % 3}`)],
  async (n: number) => [mail(`date${n}`), 'Date', 'Holm', '', '31-02-2024', ''],
];
async function byHand(name: string): Promise<string> {
  const body = {
    email: mail(name),
    givenName: 'Hand',
    familyName: 'Made',
    department: 'Sales',
    employmentDate: '2024-03-01',
  };
  return (await account.admin('POST', '/employees', body)).body['id'];
}
/** In an order that looks like none, the same each time. */
const mixed = <T>(values: T[]): T[] => values.map((_, n) => values[(n * 37) % values.length] as T);

describe('a dry run', () => {
  it('says what the import then does, row by row, when nothing changes in between', async () => {
    const rows: string[][] = [];
    for (let n = 0; n < 67; n++) rows.push((await kinds[n % kinds.length]?.(Math.floor(n / kinds.length))) ?? []);
    const shown = await checked(gateway, account, csv([header, ...mixed(rows)]));
    expect(new Set(shown.rows.map((row) => row['code']))).toEqual(
      new Set([null, 'user.nameTaken', 'import.duplicate', 'value.date']),
    );
    expect(new Set(shown.rows.map((row) => row['outcome']))).toEqual(
      new Set(['create', 'update', 'unchanged', 'refused']),
    );
    const done = await carriedOut(account, shown.id);
    expect(done.rows).toEqual(shown.rows);
    expect(done.view['outcomes']).toEqual(shown.view['outcomes']);
    expect(await gateway.verified()).toEqual([]);
  });

  it('is contradicted aloud by the rows about whom something changed in between', async () => {
    const hand = await byHand('between');
    const rows = ['between', 'late', 'still'].map((name) => [mail(name), 'Hand', 'Made', 'Finance', '', '']);
    const { id } = await checked(gateway, account, csv([header, ...rows]));
    await account.admin('PATCH', `/employees/${hand}`, { department: 'Finance' });
    await account.create('late');
    const { rows: done } = await carriedOut(account, id);
    expect(done.map((row) => [row['outcome'], row['notes'].at(-1) ?? ''])).toEqual([
      ['unchanged', expect.stringContaining('siden prøvekørslen, som sagde: en opdatering')],
      ['unchanged', expect.stringContaining('siden prøvekørslen, som sagde: en ny medarbejder')],
      ['create', ''],
    ]);
  });
});

describe('a row that was carried out before its result was stored', () => {
  it('is not carried out twice, and says what it did', async () => {
    const hand = await byHand('again');
    const rows = ['again', 'fresh'].map((name) => [mail(name), 'Hand', 'Made', 'Finance', '', '']);
    const { id, rows: shown } = await checked(gateway, account, csv([header, ...rows]));
    const { view, rows: done } = await carriedOut(account, id);
    const events = (await gateway.feed(account.id)).length;
    // As if the gateway had ended between the events and the rows.
    await query(
      gateway.database.adminUrl,
      `update own.import_rows set outcome = null, code = null, detail = null where import_id = '${id}';
       update own.imports set state = 'running', counts = null where import_id = '${id}'`,
    );
    expect(await reached(account, id, 'finished')).toMatchObject({ outcomes: view['outcomes'] });
    expect((await account.admin('GET', `/imports/${id}/rows`)).body['rows']).toEqual(done);
    expect(done).toEqual(shown);
    expect((await gateway.feed(account.id)).length).toBe(events);
    expect((await account.scim('GET', `/Users/${hand}`)).body).toMatchObject({
      [enterprise]: { department: 'Finance' },
    });
  });
});

describe('an import that is cancelled before it is started', () => {
  it('says of each row that it was cancelled, whatever the dry run said', async () => {
    const { id } = await checked(
      gateway,
      account,
      csv([header, [mail('never'), 'N', 'H', '', '', ''], ['', '', '', 'x', '', '']]),
    );
    const { body } = await account.admin('DELETE', `/imports/${id}`);
    expect(body['outcomes']).toEqual({ create: 0, update: 0, unchanged: 0, refused: 1, cancelled: 1 });
    const { rows } = (await account.admin('GET', `/imports/${id}/rows`)).body;
    expect(rows.map((row: { outcome: string }) => row.outcome)).toEqual(['cancelled', 'refused']);
  });
});
