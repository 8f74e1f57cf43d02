import { describe, expect, it } from 'vitest';
import { healthOf, type Activity } from './health.js';
import type { UsedCredential } from './in-use.js';

const now = new Date('2026-03-02T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const did = (minutes: number, over: Partial<Activity> = {}): Activity => ({
  minute: ago(minutes),
  action: 'Update',
  outcome: 'Success',
  code: '',
  lookup: false,
  requests: 1,
  ...over,
});
const failed = (minutes: number, code: string, requests: number) =>
  did(minutes, { outcome: 'Failure', code, requests });
const used = (over: Partial<UsedCredential> = {}): UsedCredential => ({
  kind: 'token',
  name: 'Entra',
  endsAt: null,
  lastUsedAt: null,
  refused: null,
  ...over,
});
const health = (
  seen: Activity[],
  {
    provisioning = true,
    emailUniqueness = true,
    credentials = [],
  }: { provisioning?: boolean; emailUniqueness?: boolean; credentials?: UsedCredential[] } = {},
) => healthOf(now, { provisioning, emailUniqueness }, seen, credentials);
const advice = (code: string, words: RegExp | string) => ({ code, recommendedAction: expect.stringMatching(words) });

describe('the state of a connection', () => {
  it('is off when provisioning is switched off, and says what Entra does then (P1)', () =>
    expect(health([did(1)], { provisioning: false })).toMatchObject({
      state: 'off',
      advice: [advice('connection.off', 'quarantine')],
    }));

  it('says that e-mails may be shared, as long as they may', () =>
    expect(health([did(1)], { emailUniqueness: false }).advice).toContainEqual(
      advice('connection.sharedEmails', /validator.*Switch it on again/),
    ));

  it('tells how to begin while Entra never called', () =>
    expect(health([])).toMatchObject({
      state: 'neverCalled',
      cycle: null,
      advice: [advice('connection.neverCalled', /Tenant URL.*Test connection.*Start provisioning/)],
    }));

  it('is active as long as cycles come, by reads too', () => {
    expect(health([did(40)])).toMatchObject({
      state: 'active',
      lastCallAt: ago(40),
      advice: [advice('connection.active', 'Nothing to do')],
    });
    expect(health([did(500)], { credentials: [used({ lastUsedAt: ago(5) })] })).toMatchObject({
      state: 'active',
      lastCallAt: ago(5),
    });
  });

  it('is late when no call came for longer than a cycle, and silent after three (entra.md 1.9)', () => {
    expect(health([did(41)])).toMatchObject({
      state: 'late',
      advice: [advice('connection.late', /2026-03-02T11:19.*20 to 40 minutes/)],
    });
    expect(health([did(120)]).state).toBe('late');
    expect(health([did(121)])).toMatchObject({
      state: 'silent',
      advice: [advice('connection.silent', /since 2026-03-02T09:59.*Restart provisioning/)],
    });
  });
});

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
});

describe('a cycle', () => {
  it('begins after the last silence and counts in Entra’s words', () => {
    const { cycle } = health([
      did(60, { requests: 100 }),
      did(20, { action: 'Create', requests: 3 }),
      did(12, { action: 'Other', lookup: true, requests: 7 }),
      did(9, { action: 'Disable' }),
      did(8, { action: 'Delete' }),
      did(8, { outcome: 'Skipped', requests: 2 }),
      failed(7, 'value.date', 4),
      did(7, { action: 'Restore' }),
    ]);
    expect(cycle).toEqual({
      startedAt: ago(20),
      lastAt: ago(7),
      running: true,
      counts: { created: 3, updated: 1, disabled: 1, deleted: 1, skipped: 2, failed: 4, lookups: 7 },
    });
  });

  it('is over once Entra is silent', () => expect(health([did(11)]).cycle?.running).toBe(false));
});

describe('the risk of quarantine (entra.md 1.9)', () => {
  const risk = (failures: number, good: number, code = 'value.date') =>
    health([failed(2, code, failures), did(1, { requests: good })]).quarantine.risk;

  it.each([
    [5_000, 7_400, 'high'],
    [5_000, 7_600, 'watch'],
    [4_999, 1, 'watch'],
    [499, 0, 'none'],
    [500, 2_100, 'none'],
    [40_001, 1_000_000, 'high'],
    [40_000, 1_000_000, 'none'],
  ])('is by the number of failures and their share: %i of %i more → %s', (failures, good, expected) =>
    expect(risk(failures, good)).toBe(expected),
  );

  it('is told with what to do', () => {
    const codes = (failures: number) => health([failed(2, 'value.date', failures)]).advice;
    expect(codes(5_000)[1]).toEqual(advice('quarantine.high', 'Restart provisioning'));
    expect(codes(4_999)[1]).toEqual(advice('quarantine.watch', 'before more requests fail'));
  });

  it('names the problems, the most frequent first, each with what to do in Entra', () => {
    const { problems } = health([
      failed(3, 'value.date', 2),
      failed(2, 'user.mandatory', 9),
      failed(1, 'value.date', 3),
      failed(1, 'scim.404', 1),
    ]);
    expect(problems.map(({ code, requests }) => [code, requests])).toEqual([
      ['user.mandatory', 9],
      ['value.date', 5],
      ['scim.404', 1],
    ]);
    expect(problems[1]?.recommendedAction).toContain('employeeHireDate');
    expect(problems[2]?.recommendedAction).toContain('Tenant URL');
  });
});
