import { describe, expect, it } from 'vitest';
import { advice, ago, did, failed, health, used } from './health.fixture.js';

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
