import type { AccountEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, it } from 'vitest';
import * as account from './account.decider.js';

const given = specFor(account);
const at = '2026-11-25T12:00:00.000Z';
const id = (n: number) => `018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c6${n}`;
const created: AccountEvent = { type: 'AccountCreated', data: { name: 'Nordlys A/S', timeZone: 'Europe/Copenhagen' } };
const secret = (n: number, expiresAt: string | null = null) => ({
  secretId: id(n),
  name: `Entra ${n}`,
  hash: String(n).repeat(64),
  expiresAt,
});
const issue = (n: number, expiresAt?: string | null) =>
  ({ type: 'IssueClientSecret', data: secret(n, expiresAt), at }) as const;
const issued = (n: number, expiresAt?: string | null): AccountEvent => ({
  type: 'ClientSecretIssued',
  data: secret(n, expiresAt),
});
const revoke = { type: 'RevokeClientSecret', data: { secretId: id(1), at } } as const;
const revoked: AccountEvent = { type: 'ClientSecretRevoked', data: { secretId: id(1), at } };

describe('a client secret (RFC 6749 section 2.3.1)', () => {
  it('is issued', () => given(created).when(issue(1)).then(issued(1)));
  it('is issued once', () => given(created, issued(1)).when(issue(1)).thenNothing());
  it('is not issued when it would be over already', () =>
    given(created).when(issue(1, at)).thenRefused('credential.expiry'));
  it('is revoked', () => given(created, issued(1)).when(revoke).then(revoked));
  it('is revoked once', () => given(created, issued(1), revoked).when(revoke).thenNothing());
  it('that there is not cannot be revoked', () => given(created).when(revoke).thenRefused('secret.unknown'));

  const five = [created, ...[1, 2, 3, 4, 5].map((n) => issued(n))];
  it('is refused beside five others', () =>
    given(...five)
      .when(issue(6))
      .thenRefused('secret.tooMany'));
  it('is issued once one of the five is revoked', () =>
    given(...five, revoked)
      .when(issue(6))
      .then(issued(6)));
});

describe('workload identity federation (RFC 7523)', () => {
  const trusted = {
    federationId: id(7),
    tenantId: 'ce5f061f-abe6-4e40-9615-301f87bcb7f0',
    applicationId: 'b5ba7a93-4452-4522-aeb4-a2b5da870c16',
    subject: 'd2f8ee76-c549-45b8-a143-f5b640669704',
  };
  const configure = (over: object = {}) => ({ type: 'ConfigureFederation', data: { ...trusted, ...over } }) as const;
  const configured: AccountEvent = { type: 'FederationConfigured', data: trusted };
  const removed: AccountEvent = { type: 'FederationRemoved', data: { federationId: id(7) } };

  it('is configured', () => given(created).when(configure()).then(configured));
  it('stays as it is when the same is configured again', () =>
    given(created, configured)
      .when(configure({ federationId: id(8) }))
      .thenNothing());
  it('is changed to another tenant', () =>
    given(created, configured)
      .when(configure({ federationId: id(8), tenantId: id(9) }))
      .then({ type: 'FederationConfigured', data: { ...trusted, federationId: id(8), tenantId: id(9) } }));
  it('needs a subject, or every application of the tenant would be let in', () =>
    given(created)
      .when(configure({ subject: ' ' }))
      .thenRefused('federation.subject'));
  const remove = { type: 'RemoveFederation', data: {} } as const;
  it('is removed', () => given(created, configured).when(remove).then(removed));
  it('is removed once', () => given(created, configured, removed).when(remove).thenNothing());
});
