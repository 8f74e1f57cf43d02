import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patch, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

const many = 10_000;
let gateway: OpenGateway;
let account: TestAccount;
let ids: string[];

beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  // As an import makes them, 500 at a time.
  const names = Array.from({ length: many }, (_, n) => ({
    email: `p${n}@nordlys.example`,
    givenName: 'P',
    familyName: `${n}`,
  }));
  ids = [];
  for (let at = 0; at < many; at += 500) {
    const { body } = await account.admin('POST', '/employees/import', { employees: names.slice(at, at + 500) });
    ids.push(...(body['rows'] as { scimId: string }[]).map((row) => row.scimId));
  }
});
afterAll(() => gateway.close());

describe('a group of 10,000 members (P17)', () => {
  let group: string;
  const change = (...operations: unknown[]) => account.scim('PATCH', `/Groups/${group}`, patch(...operations));
  const count = async () => (await account.scim('GET', `/Groups/${group}`)).body['members'].length as number;

  it('is made at once, in events that are small enough', async () => {
    const members = ids.slice(0, -10).map((value) => ({ value }));
    const made = await account.scim('POST', '/Groups', { displayName: 'Everybody', members });
    expect(made.status).toBe(201);
    group = made.body['id'];
    expect(await count()).toBe(many - 10);
  });

  it('takes and loses single members by writing only them', async () => {
    const written = async () => {
      const [row] = await query(
        gateway.database.adminUrl,
        `select n_tup_ins + n_tup_upd + n_tup_del as n from pg_stat_all_tables where relname = 'group_members'`,
      );
      return Number(row?.['n']);
    };
    const added = await Promise.all(
      ids.slice(-10).map((value) => change({ op: 'Add', path: 'members', value: [{ value }] })),
    );
    expect(added.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 204));
    await change({ op: 'Remove', path: 'members', value: [{ value: ids[0] }] });
    expect(await count()).toBe(many - 1);
    expect(await written()).toBeLessThanOrEqual(many + 1);
  });

  it('is found without its members, and by one of them', async () => {
    const byName = await account.scim(
      'GET',
      '/Groups?filter=displayName+eq+%22everybody%22&excludedAttributes=members',
    );
    expect(byName.body['Resources']).toEqual([expect.not.objectContaining({ members: expect.anything() })]);
    const byMember = await account.scim(
      'GET',
      `/Groups?filter=members.value+eq+%22${ids[5]}%22&attributes=displayName`,
    );
    expect(byMember.body).toMatchObject({ totalResults: 1, Resources: [{ id: group, displayName: 'Everybody' }] });
  });

  it('is replaced by what differs', async () => {
    const members = ids.slice(2).map((value) => ({ value }));
    expect((await account.scim('PUT', `/Groups/${group}`, { displayName: 'Everybody', members })).status).toBe(200);
    expect(await count()).toBe(many - 2);
    expect(await gateway.verified()).toEqual([]);
  });

  it('and others like it are too many members for one list (RFC 7644 section 3.12, tooMany)', async () => {
    await query(
      gateway.database.adminUrl,
      `with made as (insert into own.groups select account_id, gen_random_uuid(), 1, 'G' || n, 'g' || n, null, created_at, modified_at
         from own.groups, generate_series(1, 5) n where group_id = '${group}' returning group_id)
       insert into own.group_members select m.account_id, made.group_id, m.user_id from made, own.group_members m
         where m.group_id = '${group}'`,
    );
    const all = await account.scim('GET', '/Groups');
    expect(all).toMatchObject({ status: 400, body: { scimType: 'tooMany' } });
    expect(all.body['detail']).toMatch(/excludedAttributes=members/);
    expect((await account.scim('POST', '/.search', { filter: 'members pr' })).body['scimType']).toBe('tooMany');
    expect((await account.scim('GET', '/Groups?excludedAttributes=members')).body['itemsPerPage']).toBe(6);
    expect((await account.scim('GET', '/Groups?count=5')).body['itemsPerPage']).toBe(5);
  });
});
