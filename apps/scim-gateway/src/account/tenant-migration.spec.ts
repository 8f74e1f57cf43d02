import type { AccountEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import * as account from './account.decider.js';

const given = specFor(account);
const id = (n: number) => `018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c${n}`;
const [startedAt, completedAt] = ['2026-11-26T08:00:00.000Z', '2026-11-27T16:00:00.000Z'];

const created: AccountEvent = { type: 'AccountCreated', data: { name: 'Nordlys A/S', timeZone: 'Europe/Copenhagen' } };
const credential = { name: 'Entra', hash: 'x', expiresAt: null };
const token = (tokenId: string, scope: 'scim' | 'admin' = 'scim', expiresAt: string | null = null): AccountEvent => ({
  type: 'TokenIssued',
  data: { ...credential, tokenId, scope, expiresAt },
});
const revoked = (tokenId: string, at: string): AccountEvent => ({ type: 'TokenRevoked', data: { tokenId, at } });
const secret: AccountEvent = { type: 'ClientSecretIssued', data: { ...credential, secretId: id(30) } };
const federation = { federationId: id(40), tenantId: id(41), applicationId: id(42), subject: 'app' };
const trusted: AccountEvent = { type: 'FederationConfigured', data: federation };
const begun = { migrationId: id(10), startedAt, startedBy: 'operator' };
const start = { type: 'StartTenantMigration', data: begun } as const;
const started: AccountEvent = { type: 'TenantMigrationStarted', data: begun };
const complete = { type: 'CompleteTenantMigration', data: { completedAt, completedBy: 'operator' } } as const;
const completed: AccountEvent = {
  type: 'TenantMigrationCompleted',
  data: { migrationId: id(10), completedAt, completedBy: 'operator' },
};

describe('a tenant migration (P14)', () => {
  it('starts with the end of everything by which the old tenant gets in, and of nothing else', () =>
    given(created, token(id(20)), token(id(21), 'admin'), secret, trusted)
      .when(start)
      .then(
        started,
        revoked(id(20), startedAt),
        { type: 'ClientSecretRevoked', data: { secretId: id(30), at: startedAt } },
        { type: 'FederationRemoved', data: { federationId: id(40) } },
      ));

  it('cuts a grace period short, and leaves alone what is over (P16)', () =>
    given(
      created,
      token(id(20)),
      revoked(id(20), '2026-12-01T00:00:00.000Z'),
      token(id(21)),
      revoked(id(21), '2026-11-01T00:00:00.000Z'),
      token(id(22), 'scim', '2026-11-01T00:00:00.000Z'),
    )
      .when(start)
      .then(started, revoked(id(20), startedAt)));

  it('is refused while one is open', () => given(created, started).when(start).thenRefused('migration.open'));

  it('is completed once', () => {
    given(created, started).when(complete).then(completed);
    given(created, started, completed).when(complete).thenRefused('migration.notOpen');
    given(created).when(complete).thenRefused('migration.notOpen');
  });

  it('can be followed by another one', () => given(created, started, completed).when(start).then(started));

  it('is not for a closed account', () =>
    given(created, { type: 'AccountClosed', data: {} }).when(start).thenRefused('account.closed'));

  it('leaves what Entra manages to the Setup admins while it is open (P22)', () => {
    const noted: AccountEvent = { type: 'AttributesSynchronised', data: { fields: ['title'], spellings: [] } };
    const managed = (...events: AccountEvent[]) =>
      account.managedFields([created, noted, ...events].reduce(account.evolve, account.initial));
    expect([managed(), managed(started), managed(started, completed)]).toEqual([['title'], [], ['title']]);
  });
});
