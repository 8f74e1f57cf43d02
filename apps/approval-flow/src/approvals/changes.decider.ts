import type { ApprovalEvent, MissingReason } from '@bitabiz/event-contracts';
import type { Approval } from './approver.decider.js';

/** What was last published about an employee; null: nothing yet. */
export type Published = { approver: string | null; missing: MissingReason | null } | null;

type Because = 'change' | 'rebuild';

/** The event between what was published and what holds now; none when they are the same (A11). */
export function approvalChange(
  employeeId: string,
  before: Published,
  now: Approval,
  because: Because,
): ApprovalEvent[] {
  if (now === 'none') return [];
  if ('missing' in now) {
    if (before?.missing === now.missing) return [];
    return [{ type: 'ApproverMissing', data: { employeeId, reason: now.missing, because } }];
  }
  if (before?.approver === now.approver) return [];
  if (before?.approver) {
    return [{ type: 'ApproverChanged', data: { employeeId, from: before.approver, to: now.approver, because } }];
  }
  return [{ type: 'ApproverAssigned', data: { employeeId, approverId: now.approver, because } }];
}

/** A2: the role comes with the first active report and goes with the last. */
export function roleChange(employeeId: string, held: boolean, reports: boolean, because: Because): ApprovalEvent[] {
  if (held === reports) return [];
  return [{ type: reports ? 'ApproverRoleGranted' : 'ApproverRoleWithdrawn', data: { employeeId, because } }];
}

export type Foundation = 'departments' | '1:1';

/** A1: the first manager reference ever switches the account to the Entra approval flow; afterwards only a Setup admin switches. */
export function foundationOnReference(decided: Foundation | null): ApprovalEvent[] {
  if (decided !== null) return [];
  return [{ type: 'ApprovalFoundationSwitched', data: { foundation: '1:1', because: 'first manager reference' } }];
}

/** A ring as a set of members, in one order. */
export const ringKey = (members: string[]) => [...members].sort().join(',');

/** A9: rings that are new are reported, rings that are gone are taken back. */
export function ringChanges(known: string[][], found: string[][], because: Because): ApprovalEvent[] {
  const before = new Set(known.map(ringKey));
  const after = new Set(found.map(ringKey));
  const sorted = (members: string[]) => [...members].sort();
  return [
    ...known
      .filter((members) => !after.has(ringKey(members)))
      .map((members): ApprovalEvent => ({ type: 'ManagerCycleResolved', data: { members: sorted(members), because } })),
    ...[...new Map(found.map((members) => [ringKey(members), members])).values()]
      .filter((members) => !before.has(ringKey(members)))
      .map((members): ApprovalEvent => ({ type: 'ManagerCycleFound', data: { members: sorted(members), because } })),
  ];
}
