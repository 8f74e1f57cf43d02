import { randomUUID } from 'node:crypto';
import { createPool } from '@bitabiz/service-kit/database';
import { migrate } from '@bitabiz/service-kit/migrations';
import { loadConfig } from '@bitabiz/service-kit/config';
import { createDatabase } from '@bitabiz/testing/database';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayConfig } from '../config.js';
import { openGateway, query, type OpenGateway } from '../gateway.fixture.js';
import { gatewaySchemas } from '../gateway.migration.js';

let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

const account = '33333333-3333-4333-8333-333333333333';
const rowOf = (userId: string) => ({
  user_id: userId,
  scim_id: userId,
  stream_version: 1,
  key_id: userId,
  status: 'active',
  active: true,
  ad_user: true,
  created_at: '2026-01-01',
  modified_at: '2026-01-01',
  values: {},
  folded: {},
});

/** A database as the version before left it, and what brings it up to date. */
async function openOlder() {
  const older = await createDatabase('older');
  const env = { ...gateway.env, DATABASE_URL: older.appUrl, READER_DATABASE_URL: older.batchUrl };
  const [schema] = gatewaySchemas(loadConfig(gatewayConfig, { ...env, MIGRATION_DATABASE_URL: older.ownerUrl }));
  if (!schema) throw new Error('no schema');
  const migrations = [...schema.migrations];
  const count = migrations.findIndex(({ name }) => name === 'gateway lists of users');
  await migrate({ ...schema, migrations: migrations.slice(0, count) });
  return { older, upgrade: () => migrate({ ...schema, migrations }) };
}

it('counts who is there already when the database of an older version is migrated', async () => {
  const { older, upgrade } = await openOlder();
  const [one, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  await query(
    older.adminUrl,
    `insert into own.users (account_id, user_id, scim_id, stream_version, key_id, status, detached, active, ad_user, created_at,
       modified_at, "values", folded)
     select account::uuid, gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), status, detached, true, true, now(), now(), '{}', '{}'
     from (values ('${one}', 'active', false), ('${one}', 'inactive', false), ('${one}', 'released', false), ('${one}', 'active', true),
       ('${other}', 'active', false)) v(account, status, detached)`,
  );
  await upgrade();
  expect(await query(older.adminUrl, 'select account_id, shown from own.user_counts order by account_id')).toEqual([
    { account_id: one, shown: '2' },
    { account_id: other, shown: '1' },
  ]);
  const [{ forced } = { forced: false }] = await query(
    older.adminUrl,
    `select relforcerowsecurity as forced from pg_class where oid = 'own.users'::regclass`,
  );
  expect(forced).toBe(true);
  await older.drop();
});

it('counts whom a process of the older version writes while the migration waits', async () => {
  const { older, upgrade } = await openOlder();
  const app = createPool(older.appUrl, { name: 'older', max: 2 });
  const admin = createPool(older.adminUrl, { name: 'reader', max: 2 });
  const waiting = async (count: number) =>
    until(async () => {
      const { rows } = await admin.query('select from pg_locks where not granted');
      return rows.length === count;
    });
  const reader = await admin.connect();
  await reader.query('begin');
  await reader.query('select from own.users');
  const upgraded = upgrade();
  await waiting(1);
  // As an append does: events, then rows.
  const write = async (userId: string) => {
    const tx = await app.connect();
    await tx.query(`begin; set local app.account = '${account}'; lock table store.events in row exclusive mode`);
    await tx.query('select store.write_rows($1, $2)', [account, JSON.stringify({ users: [rowOf(userId)] })]);
    await tx.query('commit');
    tx.release();
  };
  const writes = [randomUUID(), randomUUID()].map(write);
  await waiting(3);
  await reader.query('rollback');
  reader.release();
  await Promise.all([upgraded, ...writes]);
  await write(randomUUID());
  expect(await query(older.adminUrl, 'select shown from own.user_counts')).toEqual([{ shown: '3' }]);
  await Promise.all([app.end(), admin.end()]);
  await older.drop();
});
