import { migrate } from '@bitabiz/service-kit/migrations';
import { loadConfig } from '@bitabiz/service-kit/config';
import { createDatabase } from '@bitabiz/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayConfig } from '../config.js';
import { openGateway, query, type OpenGateway } from '../gateway.fixture.js';
import { gatewaySchemas } from '../gateway.migration.js';

let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

it('counts who is there already when the database of an older version is migrated', async () => {
  const older = await createDatabase('older');
  const env = { ...gateway.env, DATABASE_URL: older.appUrl, READER_DATABASE_URL: older.batchUrl };
  const [schema] = gatewaySchemas(loadConfig(gatewayConfig, { ...env, MIGRATION_DATABASE_URL: older.ownerUrl }));
  if (!schema) throw new Error('no schema');
  const migrations = [...schema.migrations];
  const count = migrations.findIndex(({ name }) => name === 'gateway lists of users');
  await migrate({ ...schema, migrations: migrations.slice(0, count) });
  const [one, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  await query(
    older.adminUrl,
    `insert into own.users (account_id, user_id, scim_id, stream_version, key_id, status, detached, active, ad_user, created_at,
       modified_at, "values", folded)
     select account::uuid, gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), status, detached, true, true, now(), now(), '{}', '{}'
     from (values ('${one}', 'active', false), ('${one}', 'inactive', false), ('${one}', 'released', false), ('${one}', 'active', true),
       ('${other}', 'active', false)) v(account, status, detached)`,
  );
  await migrate({ ...schema, migrations });
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
