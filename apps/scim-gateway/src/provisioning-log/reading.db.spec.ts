import { assertWalls } from '@bitabiz/service-kit/migrations';
import { createPool, inAccount } from '@bitabiz/service-kit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { entryWith, logOf, sent } from './log.fixture.js';

let gateway: OpenGateway;
let [ours, theirs]: TestAccount[] = [];
beforeAll(async () => {
  gateway = await openGateway();
  ours = await gateway.newAccount('Ours');
  theirs = await gateway.newAccount('Theirs');
  await sent(theirs, 'POST', '/Users', person('their-person'));
  for (const name of ['ada', 'grace', 'linus', 'hedy', 'mary']) await sent(ours, 'POST', '/Users', person(name));
  await sent(ours, 'POST', '/Users', person('ada'));
  await sent(ours, 'GET', '/Users?filter=userName+eq+%22ada@nordlys.example%22');
});
afterAll(() => gateway.close());

const us = () => ours as TestAccount;
const them = () => theirs as TestAccount;
const namesIn = async (query: string) => (await logOf(us(), query)).entries.map((entry) => entry.employee.userName);
const full = (name: string) => `${name}@nordlys.example`;
const file = async (query: string) => {
  const { token } = (await gateway.operator('POST', `/accounts/${us().id}/tokens`, { scope: 'admin', name: 'file' }))
    .body;
  const response = await fetch(
    `http://127.0.0.1:${gateway.env.PORT}/accounts/${us().id}/provisioning-log/export?${query}`,
    { headers: { authorization: `Bearer ${token}` } },
  );
  return { headers: response.headers, text: Buffer.from(await response.arrayBuffer()).toString('utf8') };
};

describe('reading the provisioning log (P18)', () => {
  it('goes page by page, newest first, without look-ups', async () => {
    const first = await logOf(us(), 'limit=4');
    const second = await logOf(us(), `limit=4&cursor=${first.nextCursor}`);
    const names = [...first.entries, ...second.entries].map((entry) => entry.employee.userName);
    expect(names).toEqual(['ada', 'mary', 'hedy', 'linus', 'grace', 'ada'].map(full));
    expect(second.nextCursor).toBeNull();
    expect((await logOf(us(), 'lookups=true')).entries).toHaveLength(7);
  });

  it('is narrowed by employee, outcome, action, text and time', async () => {
    expect(await namesIn('outcome=Failure')).toEqual([full('ada')]);
    expect(await namesIn('employee=GRACE%40nordlys.example')).toEqual([full('grace')]);
    expect(await namesIn('text=Hed')).toEqual([full('hedy')]);
    expect(await namesIn('text=nametaken')).toEqual([full('ada')]);
    expect(await namesIn('text=%25')).toEqual([]);
    expect(await namesIn('action=Update,Delete')).toEqual([]);
    expect(await namesIn('status=409,500')).toEqual([full('ada')]);
    expect(await namesIn('status=404')).toEqual([]);
    const { entries } = await logOf(us());
    const [, second] = entries;
    const before = encodeURIComponent(second?.activityDateTime ?? '');
    expect((await logOf(us(), `to=${before}`)).entries).toEqual(entries.slice(2));
    expect((await logOf(us(), `from=${before}`)).entries).toEqual(entries.slice(0, 2));
  });

  it('is narrowed by the credential that sent the request: its label or id', async () => {
    const { tokenId, token } = (
      await gateway.operator('POST', `/accounts/${us().id}/tokens`, { scope: 'scim', name: 'second' })
    ).body as { tokenId: string; token: string };
    const headers = { 'x-correlation-id': 'by-the-second' };
    await gateway.as(token, '/scim/v2')('GET', '/Users?filter=userName+eq+%22x%22', undefined, headers);
    const { id } = await entryWith(us(), 'by-the-second');
    const idsIn = async (query: string) => (await logOf(us(), `lookups=true&${query}`)).entries.map((each) => each.id);
    for (const credential of ['second', tokenId]) expect(await idsIn(`credential=${credential}`)).toEqual([id]);
    expect(await idsIn('credential=third')).toEqual([]);
    expect((await idsIn('credential=scim')).length).toBe(7);
  });

  it('finds an employee by email and by name too, and nobody of another account (P15)', async () => {
    const body = person('eva', { userName: 'eva.upn', name: { givenName: 'Eva', familyName: 'Sørensen' } });
    await sent(them(), 'POST', '/Users', body);
    const found = async (employee: string, account = them()) =>
      (await logOf(account, `employee=${encodeURIComponent(employee)}`)).entries.map(
        (entry) => entry.employee.userName,
      );
    for (const text of ['EVA@nordlys.example', 'eva.UPN', 'eva sørensen', 'SØRENSEN', 'Eva']) {
      expect([text, await found(text)]).toEqual([text, ['eva.upn']]);
      expect(await found(text, us())).toEqual([]);
    }
    expect(await found('Eva S')).toEqual([]);
  });

  it.each([
    'status=5',
    'status=x',
    'outcome=Perhaps',
    'from=yesterday',
    'cursor=1',
    'limit=0',
    'lookups=maybe',
    'text=%00',
  ])('refuses %s', async (query) => expect((await us().admin('GET', `/provisioning-log?${query}`)).status).toBe(400));
});

describe('the export (P18)', () => {
  it('as CSV has every row, and nothing that a spreadsheet would calculate', async () => {
    const evil = '=HYPERLINK("http://evil.example","x")';
    const [{ id }] = (await us().scim('GET', '/Users?count=1')).body['Resources'];
    await sent(us(), 'PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'externalId', value: evil }));
    const { headers, text } = await file('lookups=true');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toContain('provisioning-log.csv');
    expect(text.startsWith('\uFEFF"activityDateTime","provisioningAction",')).toBe(true);
    expect(text.trim().split('\r\n')).toHaveLength(10);
    expect(text).toContain(`,"'=HYPERLINK(""http://evil.example""`);
    expect(text).not.toContain(`"=HYPERLINK`);
  });

  it('as CSV in Danish opens in a Danish Excel: a mark, semicolons, Danish headings', async () => {
    const { text } = await file('language=da&outcome=Failure');
    const [header, row] = text.split('\r\n');
    expect(header).toMatch(/^\uFEFF"Tidspunkt";"Handling";"Resultat";.*;"Ændringer";"Fejlkode";"Årsag";/);
    expect(row?.split('";"')).toHaveLength(15);
    expect(row).toContain(';"Failure";');
    expect((await us().admin('GET', '/provisioning-log/export?language=sv')).status).toBe(400);
  });

  it('as NDJSON has the entries as they are', async () => {
    const { text } = await file('format=ndjson&outcome=Failure');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual((await logOf(us(), 'outcome=Failure')).entries);
  });
});

describe('the walls of the log (P15, decision 11)', () => {
  it('show another account nothing, by any way of asking', async () => {
    const theirEntry = (await logOf(them())).entries.at(-1);
    expect(theirEntry?.employee.userName).toBe('their-person@nordlys.example');
    expect(await namesIn('lookups=true&text=their-person')).toEqual([]);
    expect(await namesIn(`employee=${theirEntry?.employee.id}`)).toEqual([]);
    expect((await us().admin('GET', `/provisioning-log/${theirEntry?.id}`)).status).toBe(404);
    expect((await us().admin('GET', `/../${them().id}/provisioning-log`)).status).toBe(404);
    expect((await us().admin('GET', `/../${them().id}/provisioning-log/export`)).status).toBe(404);
  });

  it('do not open to a SCIM token', async () => {
    const path = `/../../accounts/${us().id}/provisioning-log`;
    expect((await us().scim('GET', path)).status).toBe(403);
  });

  it('stand in the database too: only the account that is set is seen, and nobody writes', async () => {
    const app = createPool(gateway.database.appUrl, { name: 'walls', max: 1 });
    const accounts = 'select distinct account_id from own.provisioning_log';
    await assertWalls(app);
    expect((await app.query(accounts)).rows).toEqual([]);
    expect((await inAccount(app, us().id, (tx) => tx.query(accounts))).rows).toEqual([{ account_id: us().id }]);
    await expect(app.query('delete from own.provisioning_log')).rejects.toMatchObject({ code: '42501' });
    await app.end();
  });

  it('hold for a request that tries another account’s person', async () => {
    const { entries } = await logOf(them());
    const path = `/Users/${entries[0]?.employee.id}`;
    await us().scim('DELETE', path, undefined, { 'x-correlation-id': 'over-the-wall' });
    expect((await entryWith(us(), 'over-the-wall')).employee).toMatchObject({ id: null, userName: null });
    expect((await logOf(them(), 'text=over-the-wall')).entries).toEqual([]);
  });
});
