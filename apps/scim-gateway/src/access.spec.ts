import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { AccessTokens } from './access.js';

const state = { status: 'open', name: 'Nordlys A/S', provisioning: true };
const grant = { accountId: 'a', credentialId: 'c', expiresAt: '2026-11-25T13:00:00.000Z' };

/** Two pools that answer the same always, and count. */
const open = (granted: object = {}) => {
  let at = Date.parse('2026-11-25T12:00:00.000Z');
  let asked = 0;
  const answering = (row: object | undefined) =>
    ({ query: () => Promise.resolve({ rows: ((asked += 1), row ? [row] : []) }) }) as unknown as Pool;
  const row = { account_id: 'a', token_id: 't', scope: 'scim', expires_at: null, revoked_at: null, state };
  const found = { expires_at: null, revoked_at: null, state, ...granted };
  const tokens = new AccessTokens(answering(row), answering({ found }), () => new Date(at));
  return { tokens, asked: () => asked, pass: (ms: number) => (at += ms) };
};

describe('a token that was used a moment ago', () => {
  it.each([
    ['of the account', (tokens: AccessTokens) => tokens.find('hash')],
    ['given for a client secret', (tokens: AccessTokens) => tokens.findGranted('hash', grant)],
  ])('is not looked up again within a second: %s', async (_, find) => {
    const { tokens, asked, pass } = open();
    await find(tokens);
    pass(999);
    expect(tokens.remembered('hash')).toBeDefined();
    await find(tokens);
    expect(asked()).toBe(1);
    pass(1);
    expect(tokens.remembered('hash')).toBeUndefined();
    await find(tokens);
    expect(asked()).toBe(2);
  });

  it('is looked up again at once when its account changed here', async () => {
    const { tokens, asked } = open();
    await tokens.find('hash');
    tokens.forget('a');
    await tokens.find('hash');
    expect(asked()).toBe(2);
  });
});

describe('an access token', () => {
  it('ends by itself, or with its client secret if that is earlier', async () => {
    expect((await open().tokens.findGranted('hash', grant))?.expiresAt).toBe(grant.expiresAt);
    const sooner = open({ expires_at: '2026-11-25T12:30:00+00:00' });
    expect((await sooner.tokens.findGranted('hash', grant))?.expiresAt).toBe('2026-11-25T12:30:00.000Z');
  });

  it('counts as revoked with its client secret, and with its account', async () => {
    const revoked = open({ revoked_at: '2026-11-25T11:00:00+00:00' });
    expect((await revoked.tokens.findGranted('hash', grant))?.revokedAt).toBe('2026-11-25T11:00:00.000Z');
    const closed = open({ state: { ...state, status: 'closed' } });
    expect((await closed.tokens.findGranted('hash', grant))?.revokedAt).toBe('1970-01-01T00:00:00.000Z');
  });
});
