import { createPool } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeIs, openGateway, person, type OpenGateway, type TestAccount } from './gateway.fixture.js';
import { trusted } from './oauth/issuer.fixture.js';
import { askForToken, credentials, secretsOf } from './oauth/oauth.fixture.js';

let gateway: OpenGateway;
let [ours, theirs]: TestAccount[] = [];
let their: { user: string; group: string; secret: Record<string, any>; federationId: string };
let [admin, app]: Pool[] = [];

beforeAll(async () => {
  gateway = await openGateway();
  ours = await gateway.newAccount('Ours');
  theirs = await gateway.newAccount('Theirs');
  await ours.scim('POST', '/Groups', { displayName: 'Sales', members: [{ value: (await ours.create('ada'))['id'] }] });
  const user = (await theirs.create('grace'))['id'];
  const group = (await theirs.scim('POST', '/Groups', { displayName: 'Sales', members: [{ value: user }] })).body['id'];
  const secret = await secretsOf(gateway, theirs).issue();
  const { body } = await gateway.operator('PUT', `/accounts/${theirs.id}/federation`, trusted);
  their = { user, group, secret, federationId: body['federation'].federationId };
  admin = createPool(gateway.database.adminUrl, { name: 'walls', max: 1 });
  app = createPool(gateway.database.appUrl, { name: 'walls', max: 1 });
});
afterAll(async () => {
  await Promise.all([admin?.end(), app?.end()]);
  await gateway.close();
});

const us = () => ours as TestAccount;
const asAdmin = (text: string) => (admin as Pool).query(text);

/** Everything by which our account could come upon theirs (P15). */
async function expectIsolation(): Promise<void> {
  const { scim, id } = us();
  const status = async (method: string, path: string, body?: unknown) => (await scim(method, path, body)).status;
  const found = async (path: string) =>
    ((await scim('GET', path)).body['Resources'] as { id: string }[]).map((each) => each.id);
  expect(await status('GET', `/Users/${their.user}`)).toBe(404);
  expect(await status('PATCH', `/Users/${their.user}`, activeIs(false))).toBe(404);
  expect(await status('PUT', `/Users/${their.user}`, person('grace'))).toBe(404);
  expect(await status('DELETE', `/Users/${their.user}`)).toBe(404);
  expect(await status('GET', `/Groups/${their.group}`)).toBe(404);
  expect(await status('DELETE', `/Groups/${their.group}`)).toBe(404);
  for (const filter of ['userName eq "grace@nordlys.example"', `id eq "${their.user}"`, 'userName pr']) {
    expect(await found(`/Users?filter=${encodeURIComponent(filter)}`)).not.toContain(their.user);
  }
  expect(await found('/Groups?filter=displayName+eq+"Sales"')).not.toContain(their.group);
  expect(await found('/Groups')).toHaveLength(1);
  // Their name is free with us.
  const { id: grace } = await us().create('grace');
  expect(await status('DELETE', `/Users/${grace}`)).toBe(204);
  const listed = async (path: string) => (await gateway.operator('GET', `/accounts/${id}/${path}`)).body;
  expect((await listed('tokens'))['tokens']).toHaveLength(2);
  expect((await listed('client-secrets'))['secrets']).toEqual([]);
  expect((await listed('federation'))['federation']).toBeNull();
  expect((await askForToken(gateway, id, credentials(id, their.secret['clientSecret']))).status).toBe(401);
  for (const credential of [their.secret['secretId'], their.federationId]) {
    const { rows } = await (app as Pool).query('select own.find_client($1, $2) as found', [id, credential]);
    expect(rows).toEqual([{ found: null }]);
  }
  expect((await theirs?.scim('GET', `/Users/${their.user}`))?.body['active']).toBe(true);
}

/** Takes the account out of the condition of every function that reads. @returns puts it in again. */
async function withoutConditions(): Promise<() => Promise<void>> {
  const { rows } = await asAdmin(`select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'own' and p.provolatile = 's' and 'p_account' = any (p.proargnames)`);
  const reading = rows as { name: string; definition: string }[];
  expect(reading.length).toBeGreaterThanOrEqual(8);
  for (const { name, definition } of reading) {
    const careless = definition.replaceAll(/(\w+\.)?account_id = p_account/g, 'true');
    expect(careless, name).not.toBe(definition);
    await asAdmin(careless);
  }
  return async () => {
    for (const { definition } of reading) await asAdmin(definition);
  };
}

/** Switches row-level security off for every table that has it. @returns switches it on again. */
async function withoutRowSecurity(): Promise<() => Promise<void>> {
  const { rows } =
    await asAdmin(`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('own', 'store') and c.relkind = 'r' and c.relrowsecurity`);
  const tables = (rows as { name: string }[]).map(({ name }) => name);
  expect(tables).toContain('own.client_secrets');
  for (const table of tables) {
    await asAdmin(`alter table ${table} no force row level security, disable row level security`);
  }
  return async () => {
    for (const table of tables) {
      await asAdmin(`alter table ${table} enable row level security, force row level security`);
    }
  };
}

describe('each of the two walls alone keeps accounts apart (decision 11, P15)', () => {
  it('stand both', expectIsolation);

  it('row-level security, when no function names its account any more', async () => {
    const putBack = await withoutConditions();
    await expectIsolation();
    await putBack();
  });

  it('the queries, when row-level security is switched off', async () => {
    const putBack = await withoutRowSecurity();
    await expectIsolation();
    await putBack();
  });

  it('and without both they would not be: these specifications would notice', async () => {
    const putBack = [await withoutConditions(), await withoutRowSecurity()];
    await expect(expectIsolation()).rejects.toThrow();
    for (const each of putBack) await each();
  });
});
