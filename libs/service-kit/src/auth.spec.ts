import { describe, expect, it } from 'vitest';
import { actorOf, authenticate, type FoundToken } from './auth.js';
import { hashToken, newToken } from './tokens.js';

const [operator, service, account, unknown] = [1, 2, 3, 4].map(() => newToken('test')) as [Made, Made, Made, Made];
type Made = ReturnType<typeof newToken>;

const ask = (token: string | undefined, found: Partial<FoundToken> = {}) =>
  authenticate(
    { headers: token === undefined ? {} : { authorization: `Bearer ${token}` }, ip: '192.0.2.7' },
    {
      operatorHash: operator.hash,
      serviceHashes: [hashToken('older'), service.hash],
      now: () => new Date('2026-06-01T12:00:00Z'),
      lookup: async (hash) =>
        hash === account.hash ? { accountId: 'a1', tokenId: 't1', scope: 'admin', ...found } : undefined,
    },
  );

describe('who calls', () => {
  it('is an operator, a service or an account’s token', async () => {
    expect(await ask(operator.token)).toEqual({ kind: 'operator' });
    expect(await ask(service.token)).toEqual({ kind: 'service' });
    expect(await ask(account.token)).toEqual({ kind: 'account', accountId: 'a1', tokenId: 't1', scope: 'admin' });
  });

  it('may present the older of two service tokens while they are exchanged', async () =>
    expect(await ask('older')).toEqual({ kind: 'service' }));

  it('is nobody without a token', () => expect(ask(undefined)).rejects.toMatchObject({ code: 'token.missing' }));

  it('is nobody with an unknown token', () =>
    expect(ask(unknown.token)).rejects.toMatchObject({ code: 'token.invalid', kind: 'unauthenticated' }));

  it('is told when a token was not copied whole', () =>
    expect(ask(unknown.token.slice(0, -3))).rejects.toMatchObject({ code: 'token.mangled', kind: 'unauthenticated' }));

  it('is nobody once the token expired or was revoked', async () => {
    const before = '2026-06-01T11:59:59.999Z';
    await expect(ask(account.token, { expiresAt: before })).rejects.toMatchObject({ code: 'token.invalid' });
    await expect(ask(account.token, { revokedAt: before })).rejects.toMatchObject({ code: 'token.invalid' });
    await expect(ask(account.token, { expiresAt: '2026-06-01T12:00:00.001Z' })).resolves.toBeDefined();
  });

  it('becomes the actor of the events that follow', async () => {
    expect(actorOf(await ask(account.token))).toBe('token:t1');
    expect(actorOf(await ask(operator.token))).toBe('operator');
    expect(actorOf(undefined)).toBe('anonymous');
  });
});
