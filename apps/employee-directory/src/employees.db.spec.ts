import { randomUUID } from 'node:crypto';
import { addGroup, History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDirectory, type OpenDirectory } from './directory.fixture.js';

let directory: OpenDirectory;
let gateway: History;
beforeAll(async () => void (directory = await openDirectory()));
beforeEach(() => (gateway = new History('scim-gateway')));
afterAll(() => directory.close());

const complete = { payrollNumber: '1', employmentDate: '2024-01-15T00:00:00Z' };
function hire(givenName: string, familyName: string, profile: object = {}, over: object = {}): string {
  const event = userCreated(`${givenName}.${familyName}`.toLowerCase(), {
    profile: { givenName, familyName, ...profile },
    ...over,
  });
  gateway.add(event);
  return event.data.userId;
}
const list = (search = '', which: 'active' | 'inactive' | 'all' = 'active', limit = 50, after?: string) =>
  directory.employees.list(gateway.accountId, { search, list: which, limit, after });
const names = async (...args: Parameters<typeof list>) => (await list(...args)).employees.map((each) => each.lastName);

describe('the employee list', () => {
  it('is in the order of last names, and finds every word of a search without case and accents', async () => {
    hire('Søren', 'Østergaard', { title: 'Engineer', department: 'Motors' });
    hire('André', 'Bøgh', { title: 'Engineer', department: 'Sales' });
    hire('Ada', 'Lovelace', { employeeNumber: 'E-77' });
    await directory.deliver(gateway);
    expect(await names()).toEqual(['Bøgh', 'Lovelace', 'Østergaard']);
    expect(await names('ENGINEER motors')).toEqual(['Østergaard']);
    expect(await names('andre')).toEqual(['Bøgh']);
    expect(await names('e-77')).toEqual(['Lovelace']);
    expect(await names('100%_')).toEqual([]);
  });

  it('goes on past groups from Entra, which change no card (P17)', async () => {
    addGroup(gateway, hire('Ada', 'Lovelace'));
    hire('Grace', 'Hopper');
    await directory.deliver(gateway);
    expect(await names()).toEqual(['Hopper', 'Lovelace']);
    expect(await directory.rows(gateway.accountId)).toMatchObject({
      history: [expect.any(String), expect.any(String)],
    });
  });

  it('is paged without gaps and repeats', async () => {
    for (let n = 0; n < 23; n++) hire('Same', n % 3 === 0 ? 'Name' : `Name${n}`);
    await directory.deliver(gateway);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await list('', 'active', 5, after);
      expect(page.total).toBe(23);
      seen.push(...page.employees.map((each) => each.id));
      after = page.next;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(23);
    expect(seen).toHaveLength(23);
  });

  it('finds with the keyword MISSING who lacks policy, payroll number, employment date or a calendar group (P19, P23)', async () => {
    const whole = hire('Whole', 'One', { ...complete, country: 'Danmark' });
    hire('No', 'Payroll', { employmentDate: '2024-01-15' });
    hire('Strange', 'Country', { ...complete, country: 'Atlantis' });
    hire('No', 'Policy', complete);
    await directory.deliver(gateway);
    for (const each of (await list()).employees) {
      if (each.lastName !== 'Policy') await directory.employees.policy(gateway.accountId, each.id, 'Standard');
    }
    expect(await names('MISSING')).toEqual(['Country', 'Payroll', 'Policy']);
    expect((await directory.employees.of(gateway.accountId, whole)).missing).toEqual([]);
    const shown = await list('MISSING');
    expect(shown.employees.every((each) => each.missing.length > 0)).toBe(true);
    expect((await list('missing')).employees).toEqual([]);
  });

  it('shows who left in the inactive list, with the first termination date (P8, P10)', async () => {
    const ada = hire('Ada', 'Lovelace');
    gateway.add({ type: 'UserSuspended', data: { userId: ada, origin: 'provisioning', terminatedOn: '2026-01-31' } });
    const released = { userName: 'ada.lovelace@nordlys.example', email: 'ada.lovelace@nordlys.example' };
    gateway.add({
      type: 'UserDeleted',
      data: { userId: ada, origin: 'provisioning', terminatedOn: '2026-01-31', scimId: ada, released },
    });
    await directory.deliver(gateway);
    expect(await names()).toEqual([]);
    const [card] = (await list('', 'inactive')).employees;
    expect(card).toMatchObject({
      id: ada,
      status: 'inactive',
      namesReleased: true,
      terminationDate: '2026-01-31',
      missing: [],
    });
    await expect(directory.employees.of(gateway.accountId, released.email)).rejects.toMatchObject({
      code: 'employee.unknown',
    });
  });

  it('shows of a date that Entra sent with a time the day as it was written (entra.md 1.4)', async () => {
    const dates = ['2024-01-15T00:00:00.0000000Z', '2024-01-15T00:00:00+02:00', '2024-01-15'];
    for (const [index, employmentDate] of dates.entries()) hire(`A${index}`, 'Day', { employmentDate });
    await directory.deliver(gateway);
    const shown = (await list()).employees.map((each) => each.employmentDate);
    expect(shown).toEqual(dates.map(() => '2024-01-15'));
  });

  it('shows nothing of another account, by list, id, email or history (P15)', async () => {
    const ada = hire('Ada', 'Lovelace');
    await directory.deliver(gateway);
    const other = randomUUID();
    expect((await directory.employees.list(other, { search: '', list: 'all', limit: 50 })).total).toBe(0);
    for (const who of [ada, 'ada.lovelace@nordlys.example']) {
      await expect(directory.employees.of(other, who)).rejects.toMatchObject({ kind: 'unknown' });
      await expect(directory.employees.history(other, who)).rejects.toMatchObject({ kind: 'unknown' });
    }
  });
});

describe('an employee’s history', () => {
  it('tells in plain words what happened, newest first, with names for ids', async () => {
    const grace = hire('Grace', 'Hopper');
    const ada = hire('Ada', 'Lovelace', { title: 'Analyst' });
    gateway.add({
      type: 'UserProfileChanged',
      data: { userId: ada, origin: 'provisioning', changes: { title: { from: 'Analyst', to: 'Countess' } } },
    });
    gateway.add({ type: 'ManagerChanged', data: { userId: ada, from: null, to: grace } });
    await directory.deliver(gateway);
    const told = await directory.employees.history(gateway.accountId, ada);
    expect(told.map((line) => line.what)).toEqual([
      'The manager in Entra is now Grace Hopper',
      'Job title changed from Analyst to Countess (by Entra)',
      'Created by Entra',
    ]);
  });

  it('is gone with an erased person, and so is everything readable (P20)', async () => {
    const ada = hire('Ada', 'Lovelace', { mobile: '+45 12 34 56 78' });
    gateway.add({ type: 'UserErased', data: { userId: ada } });
    await directory.deliver(gateway);
    const left = JSON.stringify(await directory.rows(gateway.accountId));
    for (const text of ['Ada', 'Lovelace', '12 34 56 78', 'ada.lovelace']) expect(left).not.toContain(text);
  });
});

describe('events of two services (decision 3)', () => {
  it('come to the same rows in either order', async () => {
    const ada = hire('Ada', 'Lovelace');
    const grace = hire('Grace', 'Hopper');
    gateway.add({ type: 'UserErased', data: { userId: grace } });
    const approvals = new History('approval-flow', gateway.accountId);
    const stream = `approval/${ada}`;
    approvals.add(
      { type: 'ApproverMissing', data: { employeeId: ada, reason: 'manager unknown', because: 'change' } },
      stream,
    );
    approvals.add(
      { type: 'ApproverAssigned', data: { employeeId: ada, approverId: grace, because: 'change' } },
      stream,
    );
    approvals.add({ type: 'ApproverRoleGranted', data: { employeeId: grace, because: 'change' } }, `approval/${grace}`);

    await directory.deliver(gateway);
    await directory.deliver(approvals);
    const first = await directory.rows(gateway.accountId);
    for (const table of [...Object.keys(first), 'checkpoints']) {
      await directory.batch.query(`delete from ${table} where account_id = $1`, [gateway.accountId]);
    }
    await directory.deliver(approvals);
    await directory.deliver(gateway);
    expect(await directory.rows(gateway.accountId)).toEqual(first);
  });
});
