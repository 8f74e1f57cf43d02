import { randomUUID } from 'node:crypto';
import { assertRoleCannotBypass, assertWalls } from '@bitabiz/service-kit/migrations';
import { createPool, inAccount } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeIs, managerIs, openGateway, person, type OpenGateway, type TestAccount } from './gateway.fixture.js';
import { trusted } from './oauth/issuer.fixture.js';
import { secretsOf } from './oauth/oauth.fixture.js';

let gateway: OpenGateway;
let [ours, theirs]: TestAccount[] = [];
let their: string;
let pools: Record<'app' | 'owner' | 'batch' | 'admin', Pool>;

beforeAll(async () => {
  gateway = await openGateway();
  ours = await gateway.newAccount('Ours');
  theirs = await gateway.newAccount('Theirs');
  their = (await theirs.scim('POST', '/Users', person('grace'))).body['id'];
  const our = (await ours.scim('POST', '/Users', person('ada'))).body['id'];
  await ours.scim('POST', '/Groups', { displayName: 'Sales', members: [{ value: our }] });
  await theirs.scim('POST', '/Groups', { displayName: 'Sales', members: [{ value: their }] });
  for (const { id } of [ours, theirs]) {
    await secretsOf(gateway, { id }).issue();
    await gateway.operator('PUT', `/accounts/${id}/federation`, trusted);
  }
  const { appUrl, ownerUrl, batchUrl, adminUrl } = gateway.database;
  const open = (url: string) => createPool(url, { name: 'walls', max: 2 });
  pools = { app: open(appUrl), owner: open(ownerUrl), batch: open(batchUrl), admin: open(adminUrl) };
});
afterAll(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.end()));
  await gateway.close();
});

const us = () => ours as TestAccount;
const them = () => theirs as TestAccount;
const credentialTables = ['tokens', 'client_secrets', 'federations', 'credential_uses'];
const tables = ['users', 'accounts', ...credentialTables, 'groups', 'group_members'].map((name) => `own.${name}`);
tables.push('store.events', 'store.claims');
const countIn = async (run: Pick<Pool, 'query'>, table: string) =>
  Number((await run.query(`select count(*) as n from ${table}`)).rows[0].n);

describe('the first wall: every query names the account (P15)', () => {
  it('shows nobody of another account by id, filter or list', async () => {
    expect((await us().scim('GET', `/Users/${their}`)).status).toBe(404);
    const filters = [
      'userName eq "grace@nordlys.example"',
      `id eq "${their}"`,
      'userName pr',
      'active eq true or active eq false',
    ];
    for (const filter of filters) {
      const found = (await us().scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body['Resources'] as {
        id: string;
      }[];
      expect(found.map((user) => user.id)).not.toContain(their);
    }
  });

  it('changes nobody of another account', async () => {
    expect((await us().scim('PATCH', `/Users/${their}`, activeIs(false))).status).toBe(404);
    expect((await us().scim('PUT', `/Users/${their}`, person('grace'))).status).toBe(404);
    expect((await us().scim('DELETE', `/Users/${their}`)).status).toBe(404);
    expect((await them().scim('GET', `/Users/${their}`)).body['active']).toBe(true);
  });

  it('lets two accounts have the same names, and does not tell one of the other', async () => {
    expect((await us().scim('POST', '/Users', person('grace'))).status).toBe(201);
  });

  it('keeps a manager reference into another account as one to nobody', async () => {
    const { id } = (await us().scim('POST', '/Users', person('linus'))).body;
    expect((await us().scim('PATCH', `/Users/${id}`, managerIs(their))).status).toBe(200);
  });

  it('answers an admin token of another account as if the account did not exist', async () => {
    const path = `/accounts/${them().id}/employees/${their}/deactivation`;
    const real = await us().admin('POST', `/../..${path}`, {});
    const unreal = await us().admin('POST', `/../../accounts/${randomUUID()}/employees/${their}/deactivation`, {});
    expect([real.status, unreal.status]).toEqual([404, 404]);
    expect(real.body['message']).toBe(unreal.body['message']);
  });

  it('does not take a SCIM token for an admin API, nor an admin token for SCIM', async () => {
    const scimToken = await gateway.operator('POST', `/accounts/${us().id}/tokens`, { scope: 'scim', name: 'x' });
    const adminToken = await gateway.operator('POST', `/accounts/${us().id}/tokens`, { scope: 'admin', name: 'x' });
    expect((await gateway.as(scimToken.body['token'], '')('GET', `/accounts/${us().id}`)).status).toBe(403);
    expect((await gateway.as(adminToken.body['token'], '')('GET', '/scim/v2/Users')).status).toBe(401);
    expect((await gateway.as(scimToken.body['token'], '')('GET', `/feed?account=${us().id}`)).status).toBe(403);
  });
});

describe('the second wall: row-level security (decision 11)', () => {
  it.each(tables)('shows nothing of %s while no account is set', async (table) => {
    expect(await countIn(pools.app, table)).toBe(0);
  });

  it.each(tables)('shows only the set account of %s, whatever the query asks', async (table) => {
    const seen = await inAccount(pools.app, us().id, (tx) =>
      tx.query(`select distinct account_id from ${table} where account_id is not null`),
    );
    expect(seen.rows).toEqual([{ account_id: us().id }]);
  });

  it('forgets the account at the end of the transaction', async () => {
    await inAccount(pools.app, us().id, (tx) => tx.query('select 1'));
    expect(await countIn(pools.app, 'own.users')).toBe(0);
  });

  it('writes nothing into another account', async () => {
    const steal = inAccount(pools.app, us().id, (tx) =>
      tx.query('insert into store.claims (account_id, key, stream) values ($1, $2, $3)', [them().id, 'x', 'user/x']),
    );
    await expect(steal).rejects.toMatchObject({ code: '42501' });
    const moved = await inAccount(pools.app, us().id, (tx) =>
      tx.query('update own.users set terminated_on = null where account_id = $1', [them().id]),
    );
    expect(moved.rowCount).toBe(0);
  });

  it.each(tables)('binds the owner of %s too', async (table) => {
    expect(await countIn(pools.owner, table)).toBe(0);
  });

  it('lets the named batch role read over accounts, and change no event', async () => {
    expect(await countIn(pools.batch, 'store.events')).toBeGreaterThan(0);
    for (const statement of [
      'update store.events set actor = actor',
      'delete from store.events',
      'delete from own.users',
    ]) {
      await expect(pools.batch.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('lets the service change no event either', async () => {
    await expect(pools.app.query('delete from store.events')).rejects.toMatchObject({ code: '42501' });
  });

  it('is missed by the start-up check when a table has none', async () => {
    await assertWalls(pools.app);
    await pools.admin.query('create table public.open_door (account_id uuid)');
    await expect(assertWalls(pools.app)).rejects.toThrow(/open_door/);
    await pools.admin.query('drop table public.open_door');
  });

  it('is not passed by a role that starts: superusers and owners are refused', async () => {
    await assertRoleCannotBypass(pools.app);
    await expect(assertRoleCannotBypass(pools.admin)).rejects.toThrow(/superuser/);
    await expect(assertRoleCannotBypass(pools.owner)).rejects.toThrow(/owns/);
  });
});
