import { describe, expect, it } from 'vitest';
import { requireGood, type Proved } from './ended.js';

const at = '2026-11-25T12:00:00.000Z';
const before = '2026-11-25T11:00:00.000Z';
const life = { expiresAt: null, revokedAt: null };
const account = {
  status: 'open',
  name: 'Nordlys A/S',
  tokens: { t: { ...life, name: 'Entra', scope: 'scim' }, a: { ...life, name: 'Setup admin', scope: 'admin' } },
  secrets: { s: { ...life, name: 'Client' } },
} as unknown as Proved['account'];
const check = (over: Partial<Proved>) => () => requireGood({ tokenId: 't', account, ...over }, at);
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, kind: 'unauthenticated', message: expect.stringMatching(message) });

describe('a credential that was proved right (P16)', () => {
  it('is good until it ends', () => {
    expect(check({})).not.toThrow();
    expect(check({ expiresAt: '2026-11-25T12:00:00.001Z', revokedAt: '2026-11-26T12:00:00.000Z' })).not.toThrow();
  });

  it('is told by its label when it ended, how, and what to do in Entra', () => {
    expect(check({ expiresAt: at })).toThrow(
      refusal('token.ended', /^The token “Entra” expired at 2026-11-25T12:00:00.000Z: .* → Secret Token\)/),
    );
    expect(check({ revokedAt: before, expiresAt: before })).toThrow(
      refusal('token.ended', /^The token “Entra” was revoked at 2026-11-25T11/),
    );
    expect(check({ tokenId: 's', expiresAt: before })).toThrow(
      refusal('secret.ended', /^The client secret “Client” expired .* → Client Secret\)/),
    );
    expect(check({ tokenId: 'a', revokedAt: before })).toThrow(refusal('token.ended', /ask the operator/));
  });

  it('sends nobody for a new one whose account moves to another tenant (P14)', () => {
    const moving = { ...account, tenantMigration: { startedAt: before } } as Proved['account'];
    for (const tokenId of ['t', 's'])
      expect(check({ tokenId, revokedAt: before, account: moving })).toThrow(
        refusal('tenant.moved', /stop provisioning in the old one \(Provisioning → Stop provisioning/),
      );
  });

  it('of a closed account is told that, whether it ended or not (P1)', () => {
    const closed = { ...account, status: 'closed' } as Proved['account'];
    for (const over of [{}, { revokedAt: before }])
      expect(check({ account: closed, ...over })).toThrow(refusal('account.closed', /Stop provisioning/));
  });
});
