import type { MissingReason } from '@bitabiz/event-contracts';

/** What is known of somebody who may be an approver. */
export type Candidate = { userId: string; status: 'active' | 'inactive' | 'deleted' };

/** What decides who approves an employee's requests. */
export type Facts = {
  userId: string;
  active: boolean;
  adUser: boolean;
  foundation: 'departments' | '1:1';
  /** The Entra manager as sent, and the person behind it when there is one. */
  managerRef: string | null;
  manager: Candidate | null;
  /** A direct approver picked by hand (A3). */
  given: Candidate | null;
};

export type Approval = { approver: string } | { missing: MissingReason } | 'none';

/**
 * The direct approver of one employee; pure, and a look at one edge only, so that a ring of managers never hangs anything (A9).
 * - A1: under departments, manager references are kept and not used
 * - A3: the Entra manager; who has none, or is no AD user, may have one given by hand
 * - A4: a manager who has not arrived is waited for
 * - A8: an inactive manager leaves the reports without approver until he comes back
 */
export function approverOf(facts: Facts): Approval {
  if (!facts.active) return 'none';
  const { userId, adUser, foundation, managerRef, manager, given } = facts;
  if (foundation === '1:1' && managerRef !== null && (adUser || !given)) {
    if (!manager) return { missing: 'manager unknown' };
    if (manager.userId === userId) return { missing: 'own manager' };
    return ofCandidate(manager);
  }
  return given ? ofCandidate(given) : { missing: foundation === '1:1' ? 'no manager' : 'departments approve' };
}

function ofCandidate({ userId, status }: Candidate): Approval {
  switch (status) {
    case 'active':
      return { approver: userId };
    case 'inactive':
      return { missing: 'manager inactive' };
    case 'deleted':
      return { missing: 'manager deleted' };
  }
}
