import { describe, expect, it } from 'vitest';
import { advice, ago, did, failed, health, now, used } from './health.fixture.js';
import type { UsedCredential } from './in-use.js';

describe('the credentials that Entra uses now', () => {
  const ended = (minutes: number) => used({ name: 'Old', refused: { code: 'token.ended', at: ago(minutes) } });
  const good = (minutes: number) => used({ name: 'New', lastUsedAt: ago(minutes) });

  it.each([
    ['nothing else is good', [ended(300)], 'refused'],
    ['nothing else was good since', [ended(30), good(31)], 'refused'],
    ['requests still come with it', [ended(40), good(1)], 'refused'],
    ['nobody uses it any more', [ended(41), good(1)], 'active'],
  ])('make it %s → %s for one that ended', (_, credentials, state) => {
    const { quarantine, ...told } = health([failed(41, 'token.ended', 9)], { credentials });
    expect([told.state, quarantine.risk]).toEqual([state, state === 'refused' ? 'high' : 'none']);
    expect(told.problems).toEqual([]);
    expect(told.advice.map(({ code }) => code)).toEqual([
      `connection.${state}`,
      ...(state === 'refused' ? ['token.ended'] : []),
    ]);
  });

  it('say by what name and when one was refused, and what to do', () =>
    expect(health([], { credentials: [ended(5)] }).advice).toEqual([
      advice('connection.refused', 'Restart provisioning'),
      advice('token.ended', /^“Old” was refused last at 2026-03-02T11:55.*Secret Token/),
    ]));

  describe('after a move to another tenant (P14)', () => {
    const old = used({
      name: 'Old',
      endsAt: ago(300),
      lastUsedAt: ago(301),
      refused: { code: 'tenant.moved', at: ago(5) },
    });

    it('are the new tenant’s once that one works: the old one is to be stopped, and makes nothing bad', () => {
      const {
        state,
        quarantine,
        advice: told,
      } = health([failed(5, 'tenant.moved', 9)], { credentials: [old, good(20)] });
      expect([state, quarantine.risk]).toEqual(['active', 'none']);
      expect(told).toEqual([
        advice('connection.active', 'Nothing to do'),
        advice('tenant.moved', /^“Old” was refused last .* Stop provisioning in the old tenant \(Provisioning → Stop/),
      ]);
      expect(told[1]?.recommendedAction).not.toMatch(/new token|Restart/);
    });

    it('are not the old tenant’s, whose calls do not hide that the new one is silent', () =>
      expect(health([failed(5, 'tenant.moved', 9)], { credentials: [old, good(130)] })).toMatchObject({
        state: 'silent',
        lastCallAt: ago(130),
      }));

    it('are refused until then: stop the old one, and connect the new one', () => {
      // A replica let it in for a moment longer.
      const late = used({ name: 'Late', endsAt: ago(300), lastUsedAt: ago(299) });
      const { state, advice: told } = health([failed(5, 'tenant.moved', 9)], { credentials: [old, late] });
      expect(state).toBe('refused');
      expect(told[0]).toEqual(
        advice('connection.refused', /only the old one calls: stop it there.*Start provisioning/),
      );
      expect(told[0]?.recommendedAction).not.toContain('Restart');
    });
  });

  it('are not made bad by strangers: what nobody knows counts only after nothing was good for a cycle', () => {
    const secret = used({ kind: 'clientSecret' });
    const after = (code: string, ...credentials: UsedCredential[]) => health([failed(5, code, 3)], { credentials });
    for (const code of ['secret.invalid', 'federation.assertion', 'token.scope']) {
      expect(after(code, secret).advice.map((each) => each.code)).toEqual(['connection.refused', code]);
      expect(after(code, secret)).toMatchObject({ lastCallAt: null, cycle: null });
      expect(after(code, secret, good(46)).state).toBe('refused');
      expect(after(code, secret, good(44)).state).toBe('late');
    }
    // Nothing was sent to prove anything, or the account has nothing that is proved at the token endpoint.
    expect(after('client.request', secret, good(60)).state).toBe('late');
    for (const code of ['client.unproved', 'secret.invalid']) expect(after(code, good(60)).state).toBe('late');
  });

  it('are bad where they were refused, whatever strangers did since (P18)', () =>
    expect(
      health([failed(9, 'secret.invalid', 1), failed(5, 'client.request', 3)], {
        credentials: [used({ kind: 'clientSecret', lastUsedAt: ago(60) })],
      }).advice,
    ).toEqual([
      advice('connection.refused', 'Restart provisioning'),
      advice('secret.invalid', /^A credential was refused last at 2026-03-02T11:51/),
    ]));

  it('are refused where the federation is gone that they were', () => {
    const { state, advice: told } = health([failed(5, 'federation.missing', 3)], {
      credentials: [good(60)],
      hadFederation: true,
    });
    expect([state, told[1]]).toEqual(['refused', advice('federation.missing', /^A credential.*Client Secret/)]);
    // Where a token does the work, it was a stranger, or the old tenant.
    expect(
      health([failed(5, 'federation.missing', 3)], { credentials: [good(20)], hadFederation: true }).advice,
    ).toHaveLength(1);
  });

  it('may be assertions that nobody has said to trust yet, while nothing else calls', () => {
    const told = (...credentials: UsedCredential[]) =>
      health([failed(5, 'federation.missing', 3)], { credentials }).advice.map(({ code }) => code);
    expect(told()).toEqual(['connection.neverCalled', 'federation.missing']);
    expect(told(good(60))).toEqual(['connection.late', 'federation.missing']);
    expect(told(good(20))).toEqual(['connection.active']);
  });

  it('are not made bad by Microsoft’s keys being away', () =>
    expect(health([failed(5, 'federation.keys', 3)], { credentials: [used({ kind: 'federation' })] }).state).toBe(
      'active',
    ));

  it('warn before they end, with the date, and only where they are in use', () => {
    const ends = (minutes: number, days: number) =>
      used({ lastUsedAt: ago(minutes), endsAt: new Date(now.getTime() + days * 86_400_000) });
    const warned = (...credentials: UsedCredential[]) => health([did(1)], { credentials }).advice.slice(1);
    expect(warned(ends(3, 30))).toEqual([
      advice('credential.ending', /token “Entra”, which Entra uses, ends at 2026-04-01.*in 30 days/),
    ]);
    expect(warned(ends(3, 31))).toEqual([]);
    expect(warned(ends(45, 30), good(1))).toEqual([]);
    expect(warned(used({ endsAt: new Date(now.getTime() + 1) }), good(1))).toEqual([]);
    expect(warned(ends(3, 0))).toEqual([]);
  });

  it('that end are replaced by what was made for it, as long as that lasts longer (P16)', () => {
    const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
    const old = used({ name: 'A', lastUsedAt: ago(3), endsAt: days(1) });
    const made = (over: Partial<UsedCredential>) => used({ name: 'B', issuedAt: ago(2), ...over });
    const said = (...others: UsedCredential[]) => health([did(1)], { credentials: [old, ...others] }).advice.slice(1);
    const toB = advice(
      'credential.ending',
      /“A”, which Entra uses.*in 1 day: paste the one named “B”, made at 2026-03-02T11:58.*into Entra.*before/,
    );
    expect(said(made({}))).toEqual([toB]);
    expect(said(made({ endsAt: days(365) }), used({ name: 'older' }))).toEqual([toB]);
    for (const other of [{ endsAt: ago(1) }, { endsAt: days(1) }, { kind: 'clientSecret' as const }])
      expect(said(made(other))).toEqual([advice('credential.ending', /generate a new one/)]);
  });
});
