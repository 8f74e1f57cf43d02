import type { AccountEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import * as account from './account.decider.js';
import { stateOf } from './lifetime.decider.js';

const given = specFor(account);
const at = '2026-11-25T12:00:00.000Z';
const id = (n: number) => `018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c6${n}`;
const created: AccountEvent = { type: 'AccountCreated', data: { name: 'Nordlys A/S', timeZone: 'Europe/Copenhagen' } };
const token = (n: number, scope: 'scim' | 'admin' = 'scim', expiresAt: string | null = null) => ({
  tokenId: id(n),
  name: `Entra ${n}`,
  scope,
  hash: String(n).repeat(64),
  expiresAt,
});
const issue = (data: Omit<ReturnType<typeof token>, 'expiresAt'> & { expiresAt?: string | null }) =>
  ({ type: 'IssueToken', data, at }) as const;
const issued = (...args: Parameters<typeof token>): AccountEvent => ({ type: 'TokenIssued', data: token(...args) });
const revoked = (n: number, when: string): AccountEvent => ({
  type: 'TokenRevoked',
  data: { tokenId: id(n), at: when },
});

describe('a token (P1, P16)', () => {
  it('is issued', () =>
    given(created)
      .when(issue(token(1)))
      .then(issued(1)));
  it('is issued once', () =>
    given(created, issued(1))
      .when(issue(token(1)))
      .thenNothing());
  it('ends in a year when nothing else is asked for', () => {
    const { expiresAt: _, ...data } = token(1);
    given(created)
      .when(issue(data))
      .then(issued(1, 'scim', '2027-11-25T12:00:00.000Z'));
  });
  it('is not issued when it would be over already', () =>
    given(created)
      .when(issue(token(1, 'scim', at)))
      .thenRefused('credential.expiry'));
  it('is not issued in a closed account', () =>
    given(created, { type: 'AccountClosed', data: {} })
      .when(issue(token(1)))
      .thenRefused('account.closed'));

  const revoke = { type: 'RevokeToken', data: { tokenId: id(1), at } } as const;
  it('is revoked', () => given(created, issued(1)).when(revoke).then(revoked(1, at)));
  it('is revoked once', () => given(created, issued(1), revoked(1, at)).when(revoke).thenNothing());
  it('that there is not cannot be revoked', () => given(created).when(revoke).thenRefused('token.unknown'));
});

describe('a token that is generated anew (P16)', () => {
  const later = '2026-11-26T12:00:00.000Z';
  const anew = (until: string, lastUses: Record<string, string> = {}) => {
    const { expiresAt: _, scope: __, ...data } = token(9);
    return { type: 'RegenerateToken', data: { ...data, until }, at, lastUses } as const;
  };
  const inAYear = issued(9, 'scim', '2027-11-25T12:00:00.000Z');

  it('is the first', () => given(created).when(anew(at)).then(inAYear));
  it('ends the old one at once', () => given(created, issued(1)).when(anew(at)).then(revoked(1, at), inAYear));
  it('lets the old one go on for the grace that was chosen', () =>
    given(created, issued(1)).when(anew(later)).then(revoked(1, later), inAYear));
  it('lets only the newest of two go on', () =>
    given(created, issued(1), issued(2)).when(anew(later)).then(revoked(1, at), revoked(2, later), inAYear));
  const twoDaysAgo = '2026-11-23T12:00:00.000Z';
  it.each([
    ['the newer, which nobody used', { [id(1)]: twoDaysAgo }, 2, 1],
    ['the older, which is used no more', { [id(1)]: twoDaysAgo, [id(2)]: at }, 1, 2],
    ['the newer, which is used no more', { [id(1)]: at, [id(2)]: twoDaysAgo }, 2, 1],
    ['the older where nobody used any', {}, 1, 2],
  ])('with a grace replaces of two %s, and never the one that Entra uses', (_, uses, ends, stays) => {
    given(created, issued(1), issued(2))
      .when(anew(later, uses))
      .then(revoked(ends, at), revoked(stays, later), inAYear);
  });
  it.each([
    ['one is used', { [id(1)]: at }],
    ['both are used', { [id(1)]: at, [id(2)]: at }],
    ['none is', {}],
  ])('without a grace ends two at once where %s', (_, uses) =>
    given(created, issued(1), issued(2), revoked(1, later))
      .when(anew(at, uses))
      .then(revoked(1, at), revoked(2, at), inAYear),
  );
  it('with a grace is refused while two are used, and says which one was used when', () => {
    const uses = { [id(1)]: '2026-11-25T11:00:00.000Z', [id(2)]: at };
    given(created, issued(1), issued(2)).when(anew(later, uses)).thenRefused('token.inUse');
    const before = [created, issued(1), issued(2)].reduce(account.evolve, account.initial);
    expect(() => account.decide(anew(later, uses), before)).toThrow(
      /“Entra 1” was used last at 2026-11-25T11:00.*revoke the other one/,
    );
  });
  it('lengthens no life that ends sooner', () =>
    given(created, issued(1, 'scim', '2026-11-25T13:00:00.000Z'))
      .when(anew(later))
      .then(inAYear));
  it('leaves the tokens of administrators alone', () =>
    given(created, issued(1, 'admin')).when(anew(at)).then(inAYear));
  it('is generated once', () => given(created, issued(9)).when(anew(at)).thenNothing());
});

describe('the third SCIM token of an account (P16)', () => {
  const two = [created, issued(1), issued(2)];
  it('is refused, with the names of the two', () => {
    given(...two)
      .when(issue(token(3)))
      .thenRefused('token.tooMany');
    const before = two.reduce(account.evolve, account.initial);
    expect(() => account.decide(issue(token(3)), before)).toThrow(/“Entra 1” and “Entra 2”: revoke the one/);
  });
  it('is issued once one of the two is revoked', () =>
    given(...two, revoked(1, at))
      .when(issue(token(3)))
      .then(issued(3)));
  it('is refused while a revoked one still has its grace', () =>
    given(...two, revoked(1, '2026-11-26T00:00:00.000Z'))
      .when(issue(token(3)))
      .thenRefused('token.tooMany'));
  it('is issued once one of the two has ended', () =>
    given(created, issued(1), issued(2, 'scim', at))
      .when(issue(token(3)))
      .then(issued(3)));
  it('does not count tokens of administrators', () =>
    given(created, issued(1), issued(2, 'admin'), issued(4, 'admin'))
      .when(issue(token(3)))
      .then(issued(3)));
});

describe('the state of a token (P16)', () => {
  it.each([
    ['active', { expiresAt: null, revokedAt: null }],
    ['active', { expiresAt: '2026-12-25T12:00:00.001Z', revokedAt: null }],
    ['expiring', { expiresAt: '2026-12-25T12:00:00.000Z', revokedAt: null }],
    ['expiring', { expiresAt: null, revokedAt: '2026-11-26T12:00:00.000Z' }],
    ['expired', { expiresAt: at, revokedAt: null }],
    ['revoked', { expiresAt: at, revokedAt: at }],
  ])('is %s for %o', (state, lifetime) => expect(stateOf(lifetime, at)).toBe(state));
});
