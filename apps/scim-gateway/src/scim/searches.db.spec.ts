import pg from 'pg';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway({ SCIM_SEARCH_SECONDS: '0.3' });
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

describe('a search that takes too long (RFC 7644 section 3.12, tooMany)', () => {
  it.each([
    ['Users', 'own.users', 'department eq "Sales"'],
    ['Groups', 'own.groups', 'displayName co "Sales"'],
  ])('of %s ends with what to ask for instead, and the next one is answered', async (type, table, filter) => {
    const search = () => account.scim('GET', `/${type}?filter=${encodeURIComponent(filter)}`);
    const holder = new pg.Client({ connectionString: gateway.database.adminUrl });
    await holder.connect();
    await holder.query(`begin; lock table ${table} in access exclusive mode`);
    expect(await search()).toMatchObject({
      status: 400,
      body: { scimType: 'tooMany', detail: expect.stringMatching(/took longer than 0\.3 s: ask by userName/) },
    });
    await holder.end();
    expect(await search()).toMatchObject({ status: 200, body: { totalResults: 0 } });
  });
});

describe('many slow searches of one account', () => {
  it('hold up nobody else', async () => {
    const slow = await openGateway({ SCIM_SEARCH_SECONDS: '30' });
    const [searching, other] = [await slow.newAccount('Searching'), await slow.newAccount('Other')];
    const { id } = await other.create('ada');
    const holder = new pg.Client({ connectionString: slow.database.adminUrl });
    await holder.connect();
    await holder.query('begin; lock table own.groups in access exclusive mode');
    let found = 0;
    const search = `/Groups?filter=${encodeURIComponent('displayName co "Sales"')}`;
    const ask = async () => {
      const answer = await searching.scim('GET', search);
      if (answer.status === 200) found += 1;
      return answer;
    };
    const searches = Array.from({ length: 40 }, ask);
    const waiting = 'select count(*)::int as n from pg_locks where not granted';
    await until(async () => (await holder.query(waiting)).rows[0].n >= 4);
    expect([(await other.scim('GET', `/Users/${id}`)).status, found]).toEqual([200, 0]);
    const refused = await Promise.race(searches);
    expect(refused).toMatchObject({ status: 429, body: { detail: expect.stringContaining('search.tooMany') } });
    expect(refused.headers.get('retry-after')).toBe('5');
    await holder.query('rollback');
    await Promise.all(searches);
    await holder.end();
    await slow.close();
  });
});
