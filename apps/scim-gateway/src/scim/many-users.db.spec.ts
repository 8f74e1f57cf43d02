import { createPool, inAccount } from '@bitabiz/service-kit/database';
import { long } from '@bitabiz/testing/effort';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { parseFilter } from './filter.parser.js';
import { compileFilter } from './filter.sql.js';

const users = long ? 500_000 : 20_000;
/** Blocks of 8 KiB that a look-up may touch: the index from its root to its leaf, and the row. */
const fewBlocks = 20;

type Plan = { 'Node Type': string; 'Index Name'?: string; Plans?: Plan[] };
type Explained = { Plan: Plan & { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } };

let gateway: OpenGateway;
let account: TestAccount;
let app: Pool;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  app = createPool(gateway.database.appUrl, { name: 'explain', max: 1, genericPlans: true });
  await query(
    gateway.database.adminUrl,
    `insert into own.users (account_id, user_id, scim_id, stream_version, key_id, status, active, ad_user, external_id, user_name_key, email_key,
       created_at, modified_at, "values", folded)
     select '${account.id}', id, id, 1, gen_random_uuid(), 'active', true, true, 'x' || n, 'u' || n || '@nordlys.example',
       'm' || n || '@nordlys.example', now(), now(), jsonb_build_object('userName', 'u' || n || '@nordlys.example', 'department', 'D' || n % 50),
       jsonb_build_object('userName', 'u' || n || '@nordlys.example', 'department', 'd' || n % 50)
     from (select n, gen_random_uuid() as id from generate_series(1, ${users}) n) made`,
  );
  await query(gateway.database.adminUrl, `insert into own.user_counts values ('${account.id}', ${users})`);
  await query(
    gateway.database.adminUrl,
    `update own.users u set manager_ref = m.scim_id::text, manager_id = m.scim_id from own.users m
     where u.external_id = 'x7' and m.external_id = 'x1'`,
  );
  await query(gateway.database.adminUrl, 'vacuum analyze own.users');
}, 600_000);
afterAll(async () => {
  await app.end();
  await gateway.close();
});

/** The second time: the first one reads the catalogue too. */
const explain = (text: string, values: unknown[]): Promise<Explained> =>
  inAccount(app, account.id, async (tx) => {
    await tx.query(text, values);
    const { rows } = await tx.query<{ 'QUERY PLAN': Explained[] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    return rows[0]?.['QUERY PLAN'][0] as Explained;
  });
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
const blocks = ({ Plan: plan }: Explained) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
const someone = async () =>
  (await query(gateway.database.adminUrl, `select scim_id from own.users where external_id = 'x7'`))[0]?.[
    'scim_id'
  ] as string;

describe(`among ${users} users of one account, behind row-level security`, () => {
  it.each([
    ['userName eq "U7@nordlys.example"', 'users_user_name'],
    ['emails[type eq "work"].value eq "m7@nordlys.example"', 'users_email'],
    ['emails.value eq "m7@nordlys.example"', 'users_email'],
    ['externalId eq "x7"', 'users_external_id'],
    ['id eq "$id"', 'users_scim_id'],
    ['id eq "$id" and manager eq "$id"', 'users_scim_id'],
    ['id eq "$id" and manager pr', 'users_scim_id'],
    ['userName eq "u7@nordlys.example" and active eq true', 'users_user_name'],
    ['userName eq "u7@nordlys.example" or externalId eq "x8"', 'users_user_name'],
  ])('the filter %s reads its index and little else', async (filter, index) => {
    const { sql, params } = compileFilter(parseFilter(filter.replaceAll('$id', await someone())), 2);
    const text = `select * from own.users u where u.account_id = $1 and u.status <> 'released' and ${sql}`;
    const explained = await explain(text, [account.id, ...params]);
    const found = nodes(explained.Plan);
    expect(found.map((node) => node['Index Name'])).toContain(index);
    expect(found.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(blocks(explained)).toBeLessThan(fewBlocks);
  });

  it.each([
    ['userName', 'u7@nordlys.example'],
    ['email', 'm7@nordlys.example'],
    ['externalId', 'x7'],
  ])('Entra’s matching query by %s touches few blocks', async (column, key) => {
    const explained = await explain('select own.matching_users($1, $2, $3::text[])', [
      account.id,
      column,
      [key, 'nobody'],
    ]);
    expect(blocks(explained)).toBeLessThan(fewBlocks);
  });

  it('a read by id touches few blocks', async () =>
    expect(blocks(await explain('select own.find_users($1, $2)', [account.id, [await someone()]]))).toBeLessThan(
      fewBlocks,
    ));

  it('what the rules need to know of a change and its manager touches few blocks', async () => {
    const text = `select * from own.known($1, '{}', array[$2::uuid], '{}', array[$2::uuid])`;
    expect(blocks(await explain(text, [account.id, await someone()]))).toBeLessThan(2 * fewBlocks);
  });

  it('a page of 100 touches little more than its rows, and counts nobody', async () => {
    expect(blocks(await explain('select own.page_of_users($1, 301, 100)', [account.id]))).toBeLessThan(30 * fewBlocks);
    const page = await account.scim('GET', '/Users?startIndex=301&count=100');
    expect(page.body).toMatchObject({ totalResults: users, startIndex: 301, itemsPerPage: 100 });
  });

  it('a filter that no index serves reads them all, which is what the others are measured against', async () => {
    const { sql, params } = compileFilter(parseFilter('department eq "D7"'), 2);
    const text = `select count(*) from own.users u where u.account_id = $1 and ${sql}`;
    expect(blocks(await explain(text, [account.id, ...params]))).toBeGreaterThan(users / 100);
    const answer = await account.scim('GET', '/Users?filter=department eq "D7"&count=10');
    expect(answer.body).toMatchObject({ totalResults: users / 50, itemsPerPage: 10 });
  });

  it('pages go by cursor through all of them in a stable order (RFC 9865)', async () => {
    const seen = new Set<string>();
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined && pages < 20; pages++) {
      const { body } = await account.scim('GET', `/Users?attributes=id&count=100&cursor=${encodeURIComponent(cursor)}`);
      for (const { id } of body['Resources']) seen.add(id);
      cursor = body['nextCursor'];
    }
    expect(seen.size).toBe(2_000);
  });
});
