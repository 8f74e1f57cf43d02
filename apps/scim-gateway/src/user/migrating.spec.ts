import type { UserEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import { admit } from './names.decider.js';
import { ada, adaValues, adopted, created, holder, imported, reactivated, suspended, today } from './user.fixture.js';
import * as user from './user.decider.js';

const given = specFor(user);
const at = '2026-11-26T09:30:00.000Z';
const migrationId = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c60';
const migration = { migrationId, at };
const [oldId, newId] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const linked = { ...created, data: { ...created.data, externalId: oldId } };
const values = { ...adaValues, externalId: newId };

const post = (found?: 'userName' | 'email') =>
  ({ type: 'ProvisionUser', data: { userId: ada, values, today, migration, ...(found && { found }) } }) as const;
const put = { type: 'UpdateUser', data: { values, holders: [], today, migration } } as const;
const migrated = (matchedBy: 'id' | 'userName' | 'email' | null): UserEvent => ({
  type: 'UserMigrated',
  data: { userId: ada, matchedBy, ...migration },
});
const replaced = (relink: boolean, from: string | null = oldId): UserEvent => ({
  type: 'ExternalIdChanged',
  data: { userId: ada, from, to: newId, relink },
});

describe('to whom a POST belongs while a tenant migration is open (P14)', () => {
  it('is the active AD user whom the new tenant has not matched', () =>
    expect(admit([holder], migrationId)).toEqual({ userId: holder.userId, by: 'email' }));

  it('is the one of an earlier migration too', () =>
    expect(admit([{ ...holder, migrationId: ada }], migrationId)?.userId).toBe(holder.userId));

  it('is nobody when the new tenant has matched the holder already (P6)', () =>
    expect(() => admit([{ ...holder, migrationId }], migrationId)).toThrow(
      expect.objectContaining({ code: 'user.nameTaken' }),
    ));

  it('is nobody when the names belong to two different employees (P6)', () =>
    expect(() => admit([holder, { ...holder, userId: ada, attribute: 'userName' }], migrationId)).toThrow(
      expect.objectContaining({ code: 'user.twoHolders' }),
    ));
});

describe('the new tenant (P14)', () => {
  it('takes over an active AD user, whose external id is replaced and whose sign-in may be linked anew', () => {
    given(linked).when(post('userName')).then(migrated('userName'), replaced(true));
    given(linked).when(post('email')).then(migrated('email'), replaced(true));
  });

  it('takes over whom it asked for by name and writes to by id', () =>
    given(linked).when(put).then(migrated('id'), replaced(true)));

  it('takes somebody over once', () => given(linked, migrated('id'), replaced(true)).when(put).thenNothing());

  it('takes over although nothing differs', () =>
    given({ ...created, data: { ...created.data, externalId: newId } })
      .when(put)
      .then(migrated('id')));

  it('takes over again in a later migration', () => {
    const earlier: UserEvent = { type: 'UserMigrated', data: { userId: ada, matchedBy: 'id', migrationId: ada, at } };
    given(linked, earlier).when(put).then(migrated('id'), replaced(true));
  });

  it('adopts an imported employee, and reactivates an inactive one, as ever (P6, P7)', () => {
    given(imported).when(post('userName')).then(migrated('userName'), adopted, replaced(true, null));
    given(linked, suspended).when(post('email')).then(migrated('email'), reactivated('email'), replaced(false));
  });

  it('makes a new employee of whom nobody has the name, and says so', () =>
    given()
      .when(post())
      .then({ ...created, data: { ...created.data, externalId: newId } }, migrated(null)));
});
