import pg from 'pg';
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
