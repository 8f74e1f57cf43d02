import * as z from 'zod';
import { contract, type EventOf } from './contract.js';

const common = { version: 1, source: 'approval-flow', personal: false } as const;
const employeeId = z.uuid();

/** Why an event was derived: a change upstream, or a rebuild that came to another result (decision 7). */
const because = z.enum(['change', 'rebuild']);

/** Why nobody is direct approver (A4, A8, A9); under the foundation of departments, these approve (A1). */
export const MissingReason = z.enum([
  'no manager',
  'manager unknown',
  'manager inactive',
  'manager deleted',
  'own manager',
  'departments approve',
]);
export type MissingReason = z.output<typeof MissingReason>;

export const ApproverAssigned = contract({
  ...common,
  type: 'ApproverAssigned',
  schema: z.object({ employeeId, approverId: employeeId, because }),
});

export const ApproverChanged = contract({
  ...common,
  type: 'ApproverChanged',
  schema: z.object({ employeeId, from: employeeId, to: employeeId, because }),
});

export const ApproverMissing = contract({
  ...common,
  type: 'ApproverMissing',
  schema: z.object({ employeeId, reason: MissingReason, because }),
});

/** Whoever is manager of at least one active employee holds the Approver role (A2). */
export const ApproverRoleGranted = contract({
  ...common,
  type: 'ApproverRoleGranted',
  schema: z.object({ employeeId, because }),
});

export const ApproverRoleWithdrawn = contract({
  ...common,
  type: 'ApproverRoleWithdrawn',
  schema: z.object({ employeeId, because }),
});

/** The account's approval is built on departments, or 1:1 on Entra's manager structure (A1). */
export const ApprovalFoundationSwitched = contract({
  ...common,
  type: 'ApprovalFoundationSwitched',
  schema: z.object({
    foundation: z.enum(['departments', '1:1']),
    because: z.enum(['first manager reference', 'setup admin', 'rebuild']),
  }),
});

/** Managers who manage each other in a ring; approvers stay as given, Setup admins are told (A9). */
export const ManagerCycleFound = contract({
  ...common,
  type: 'ManagerCycleFound',
  schema: z.object({ members: z.array(employeeId), because }),
});

export const ManagerCycleResolved = contract({
  ...common,
  type: 'ManagerCycleResolved',
  schema: z.object({ members: z.array(employeeId), because }),
});

export const approvalContracts = [
  ApproverAssigned,
  ApproverChanged,
  ApproverMissing,
  ApproverRoleGranted,
  ApproverRoleWithdrawn,
  ApprovalFoundationSwitched,
  ManagerCycleFound,
  ManagerCycleResolved,
] as const;

export type ApprovalEvent = EventOf<(typeof approvalContracts)[number]>;
