import { describe, expect, it } from 'vitest';
import { approverOf, type Facts } from './approver.decider.js';
import { approvalChange, foundationOnReference, ringChanges, roleChange } from './changes.decider.js';

const [ada, grace, linus] = ['ada', 'grace', 'linus'];
const boss = { userId: grace, status: 'active' } as const;
const facts = (over: Partial<Facts>): Facts => ({
  userId: ada,
  active: true,
  adUser: true,
  foundation: '1:1',
  managerRef: 'grace-scim',
  manager: boss,
  given: null,
  ...over,
});

describe('the direct approver', () => {
  it('is the Entra manager (A3)', () => expect(approverOf(facts({}))).toEqual({ approver: grace }));

  it('is one given by hand when there is no Entra manager (A3)', () =>
    expect(approverOf(facts({ managerRef: null, manager: null, given: { userId: linus, status: 'active' } }))).toEqual({
      approver: linus,
    }));

  it('is the Entra manager although one was given by hand (A3)', () =>
    expect(approverOf(facts({ given: { userId: linus, status: 'active' } }))).toEqual({ approver: grace }));

  it('is the one given by hand for who is no AD user (A3)', () =>
    expect(approverOf(facts({ adUser: false, given: { userId: linus, status: 'active' } }))).toEqual({
      approver: linus,
    }));

  it('is missing while the manager has not arrived (A4)', () =>
    expect(approverOf(facts({ manager: null }))).toEqual({ missing: 'manager unknown' }));

  it('is missing while the manager is inactive (A8)', () =>
    expect(approverOf(facts({ manager: { ...boss, status: 'inactive' } }))).toEqual({ missing: 'manager inactive' }));

  it('is missing for who is own manager (A9)', () =>
    expect(approverOf(facts({ manager: { userId: ada, status: 'active' } }))).toEqual({ missing: 'own manager' }));

  it('is nobody under departments, whatever the manager (A1)', () =>
    expect(approverOf(facts({ foundation: 'departments' }))).toEqual({ missing: 'departments approve' }));

  it('is not asked for an inactive employee', () => expect(approverOf(facts({ active: false }))).toBe('none'));
});

describe('what is published (A11)', () => {
  it('is the first approver', () =>
    expect(approvalChange(ada, null, { approver: grace }, 'change')).toMatchObject([{ type: 'ApproverAssigned' }]));

  it('is a change of approver', () =>
    expect(approvalChange(ada, { approver: linus, missing: null }, { approver: grace }, 'change')).toMatchObject([
      { type: 'ApproverChanged', data: { from: linus, to: grace } },
    ]));

  it('is a new reason for a missing one', () =>
    expect(
      approvalChange(ada, { approver: null, missing: 'manager unknown' }, { missing: 'manager inactive' }, 'change'),
    ).toMatchObject([{ type: 'ApproverMissing', data: { reason: 'manager inactive' } }]));

  it('is nothing when nothing changed', () => {
    expect(approvalChange(ada, { approver: grace, missing: null }, { approver: grace }, 'change')).toEqual([]);
    expect(approvalChange(ada, { approver: null, missing: 'no manager' }, { missing: 'no manager' }, 'change')).toEqual(
      [],
    );
    expect(approvalChange(ada, null, 'none', 'change')).toEqual([]);
  });
});

describe('the Approver role (A2)', () => {
  it('comes with the first report', () =>
    expect(roleChange(grace, false, true, 'change')).toMatchObject([{ type: 'ApproverRoleGranted' }]));
  it('goes with the last', () =>
    expect(roleChange(grace, true, false, 'change')).toMatchObject([{ type: 'ApproverRoleWithdrawn' }]));
  it('stays in between', () => expect(roleChange(grace, true, true, 'change')).toEqual([]));
});

describe('the foundation (A1)', () => {
  it('switches with the first manager reference ever', () =>
    expect(foundationOnReference(null)).toMatchObject([
      { type: 'ApprovalFoundationSwitched', data: { foundation: '1:1' } },
    ]));
  it('is not switched back by a later one after a Setup admin chose', () =>
    expect(foundationOnReference('departments')).toEqual([]));
});

describe('a ring of managers (A9)', () => {
  it('is reported once, whoever it is found through', () => {
    expect(
      ringChanges(
        [],
        [
          [ada, grace],
          [grace, ada],
        ],
        'change',
      ),
    ).toHaveLength(1);
    expect(ringChanges([[ada, grace]], [[grace, ada]], 'change')).toEqual([]);
  });
  it('is taken back when it is gone', () =>
    expect(ringChanges([[ada, grace]], [], 'change')).toEqual([
      { type: 'ManagerCycleResolved', data: { members: [ada, grace], because: 'change' } },
    ]));
});
