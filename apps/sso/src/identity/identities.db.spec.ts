import { randomUUID } from 'node:crypto';
import { applyEvents } from '@bitabiz/messaging/apply';
import {
  access,
  handlerOf,
  liveMigration,
  searchPath,
  type Projections,
  type ProjectionSet,
} from '@bitabiz/projections';
import { createPool, inTransaction } from '@bitabiz/service-kit/database';
import { migrate } from '@bitabiz/service-kit/migrations';
import { createDatabase, type TestDatabase } from '@bitabiz/testing/database';
import { addGroup, History, userCreated } from '@bitabiz/testing/history';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identities } from './identity.projection.js';
import { Identities } from './identities.js';

let database: TestDatabase;
let app: Pool;
let batch: Pool;
let gateway: History;
let applied: number;
const set: ProjectionSet = { service: 'sso', sources: ['scim-gateway'], projections: [identities, ...access] };
const objectId = '11111111-1111-4111-8111-111111111111';

beforeAll(async () => {
  database = await createDatabase('sso');
  const own = { name: 'own', sql: 'create schema own; grant usage on schema own to :app, :batch;' };
  await migrate({ url: database.ownerUrl, migrations: [own, liveMigration(set)], roles: database.roles });
  app = createPool(database.appUrl, { name: 'app', searchPath: searchPath('live') });
  batch = createPool(database.batchUrl, { name: 'batch', searchPath: searchPath('live') });
});
beforeEach(() => {
  gateway = new History('scim-gateway');
  applied = 0;
});
afterAll(async () => {
  await Promise.all([app.end(), batch.end()]);
  await database.drop();
});

async function deliver(): Promise<void> {
  const events = gateway.events.slice(applied);
  applied = gateway.events.length;
  await inTransaction(batch, (tx) => applyEvents(tx, 'scim-gateway', events, handlerOf(set), () => new Date()));
}
const asked = () => new Identities({ app, batch } as unknown as Projections);
const admit = (name: string, by: { objectId?: string } = {}, account = gateway.accountId) =>
  asked().admit(account, { name, ...by });
const ada = 'ada@nordlys.example';

function hire(over: object = {}): string {
  const event = userCreated('ada', over);
  gateway.add(event);
  return event.data.userId;
}
const suspend = (userId: string) =>
  gateway.add({ type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: '2026-11-25' } });

describe('who is let in (S3)', () => {
  it('is an active employee, by email in any case (S4)', async () => {
    const userId = hire();
    await deliver();
    expect(await admit('ADA@Nordlys.example')).toMatchObject({ allowed: true, employee: { id: userId } });
  });

  it('is the same whatever groups do (P17)', async () => {
    const userId = hire();
    addGroup(gateway, userId);
    suspend(userId);
    await deliver();
    expect(await admit(ada)).toMatchObject({ reason: 'inactive' });
  });

  it('is nobody whom provisioning never brought, and the answer says so', async () => {
    expect(await admit('grace@nordlys.example')).toMatchObject({ allowed: false, reason: 'not provisioned' });
  });

  it('is nobody whose address, or user name, is the address of others too, while an account lets them share (S4)', async () => {
    const linked = hire({ userName: 'one@nordlys.example', externalId: objectId });
    hire({ email: 'mail@nordlys.example' });
    await deliver();
    expect(await admit(ada)).toMatchObject({ allowed: false, reason: 'not unique' });
    expect(await admit('mail@nordlys.example')).toMatchObject({ allowed: true, employee: { userName: ada } });
    expect(await admit(ada, { objectId })).toMatchObject({ employee: { id: linked } });
    for (const userName of ['two', 'three']) hire({ userName, email: 'shared@nordlys.example' });
    await deliver();
    expect(await admit('shared@nordlys.example')).toMatchObject({ allowed: false, reason: 'not unique' });
  });

  it('is nobody of another account', async () => {
    hire({ externalId: objectId });
    await deliver();
    expect(await admit(ada, { objectId }, randomUUID())).toMatchObject({ allowed: false, reason: 'not provisioned' });
    expect(await asked().list(randomUUID(), '00000000-0000-0000-0000-000000000000', 10)).toEqual([]);
  });

  it('is nobody whose events could not be processed: such a person counts as suspended (decision 6)', async () => {
    const userId = hire();
    gateway.add({ type: 'UserSuspended', data: { userId } });
    await deliver();
    expect(await admit(ada)).toMatchObject({ allowed: false, reason: 'being repaired' });
    expect(await asked().list(gateway.accountId, '00000000-0000-0000-0000-000000000000', 10)).toEqual([]);
  });
});

describe('the end of access (S7)', () => {
  it('comes with a soft delete, at the time of the event, and ends with a reactivation', async () => {
    const userId = hire();
    const { time } = suspend(userId);
    await deliver();
    expect(await admit(ada)).toMatchObject({ allowed: false, reason: 'inactive' });
    const { rows } = await batch.query('select ended_at from identities where user_id = $1', [userId]);
    expect(rows).toEqual([{ ended_at: time }]);
    gateway.add({ type: 'UserReactivated', data: { userId, origin: 'provisioning', matchedBy: 'id' } });
    await deliver();
    expect(await admit(ada)).toMatchObject({ allowed: true });
  });

  it('comes with a hard delete, which frees the address for the re-hired person (P10)', async () => {
    const former = hire({ externalId: objectId });
    const released = { userName: ada, email: ada };
    const gone = { userId: former, origin: 'provisioning', terminatedOn: '2026-11-25', scimId: former, released };
    gateway.add({ type: 'UserDeleted', data: gone });
    await deliver();
    expect(await admit(ada, { objectId })).toMatchObject({ allowed: false, reason: 'not provisioned' });
    const again = hire();
    await deliver();
    expect(await admit(ada)).toMatchObject({ allowed: true, employee: { id: again } });
  });
});

describe('a linked person (S4)', () => {
  it('is found by the object id although the address changed', async () => {
    const userId = hire({ externalId: objectId.toUpperCase() });
    const to = { userName: 'ada@new.example', email: 'ada@new.example' };
    gateway.add({
      type: 'UserLoginChanged',
      data: { userId, origin: 'provisioning', from: { userName: ada, email: ada }, to },
    });
    await deliver();
    expect(await admit(ada, { objectId })).toMatchObject({ allowed: true, employee: { id: userId } });
    expect(await admit('ada@new.example')).toMatchObject({ allowed: true });
    expect(await admit(ada)).toMatchObject({ allowed: false });
  });

  it('is not linked when a namesake may have come back (P6)', async () => {
    const userId = hire({ externalId: objectId });
    const other = '22222222-2222-4222-8222-222222222222';
    gateway.add({ type: 'ExternalIdChanged', data: { userId, from: objectId, to: other, relink: false } });
    await deliver();
    const link = await admit('nobody@nordlys.example', { objectId: other });
    expect(link).toMatchObject({ allowed: false, reason: 'not provisioned' });
  });

  it('is let in without Entra once the AD user mark is removed, and linked again with it (P13, S9)', async () => {
    const userId = hire({ externalId: objectId });
    suspend(userId);
    gateway.add({ type: 'UserDetached', data: { userId } });
    gateway.add({ type: 'UserReactivated', data: { userId, origin: 'hand', matchedBy: 'id' } });
    await deliver();
    const alone = { id: userId, adUser: false, objectId: null };
    expect(await admit(ada)).toMatchObject({ allowed: true, employee: alone });
    expect(await admit('nobody@nordlys.example', { objectId })).toMatchObject({ reason: 'not provisioned' });
    gateway.add({ type: 'UserAdopted', data: { userId } });
    await deliver();
    const linked = { id: userId, adUser: true, objectId };
    expect(await admit('nobody@nordlys.example', { objectId })).toMatchObject({ allowed: true, employee: linked });
  });

  it('loses the link to the old tenant and gets the new one’s in a tenant migration (P14)', async () => {
    const userId = hire({ externalId: objectId });
    const migration = { migrationId: randomUUID(), at: '2026-11-26T09:30:00.000Z' };
    gateway.add({ type: 'UserMigrated', data: { userId, matchedBy: 'id', ...migration } });
    await deliver();
    expect(await admit('nobody@nordlys.example', { objectId })).toMatchObject({ allowed: false });
    expect(await admit(ada)).toMatchObject({ allowed: true, employee: { objectId: null } });
    const other = '22222222-2222-4222-8222-222222222222';
    gateway.add({ type: 'ExternalIdChanged', data: { userId, from: objectId, to: other, relink: true } });
    await deliver();
    const link = await admit('nobody@nordlys.example', { objectId: other });
    expect(link).toMatchObject({ allowed: true, employee: { id: userId } });
  });

  it('keeps the link with which the new tenant brought the person (P14)', async () => {
    const userId = hire({ externalId: objectId });
    const data = { userId, matchedBy: null, migrationId: randomUUID(), at: '2026-11-26T09:30:00.000Z' };
    gateway.add({ type: 'UserMigrated', data });
    await deliver();
    expect(await admit('nobody@nordlys.example', { objectId })).toMatchObject({ allowed: true });
  });

  it('is not linked by an external id that is no GUID', async () => {
    hire({ externalId: 'ada.lovelace' });
    await deliver();
    expect(await admit(ada)).toMatchObject({ allowed: true, employee: { objectId: null } });
  });
});
