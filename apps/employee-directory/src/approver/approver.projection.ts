import type { ApprovalEvent } from '@bitabiz/event-contracts';
import { folded } from '@bitabiz/projections/folded';
import type { Row } from '@bitabiz/projections/row-writer';
import { sqlFile } from '@bitabiz/service-kit/migrations';

export type Approver = Row & {
  employee_id: string;
  approver_id: string | null;
  missing: string | null;
  is_approver: boolean;
};

/** Roles → Approved by, and the Approver role itself, as the approval flow publishes them (A11). */
export const approvers = folded<Approver>({
  name: 'approvers_v1',
  table: 'approvers',
  sql: sqlFile(import.meta.url, './approver.table.sql'),
  sources: ['approval-flow'],
  id: 'employee_id',
  idOf: (event) => (event.stream.startsWith('approval/') ? event.stream.slice('approval/'.length) : undefined),
  evolve(row, recorded) {
    const event = recorded as unknown as ApprovalEvent & { accountId: string };
    if (!('employeeId' in event.data)) return row ?? null;
    const { employeeId } = event.data;
    const before: Approver = row ?? {
      account_id: event.accountId,
      employee_id: employeeId,
      approver_id: null,
      missing: null,
      is_approver: false,
    };
    switch (event.type) {
      case 'ApproverAssigned':
        return { ...before, approver_id: event.data.approverId, missing: null };
      case 'ApproverChanged':
        return { ...before, approver_id: event.data.to, missing: null };
      case 'ApproverMissing':
        return { ...before, approver_id: null, missing: event.data.reason };
      case 'ApproverRoleGranted':
        return { ...before, is_approver: true };
      case 'ApproverRoleWithdrawn':
        return { ...before, is_approver: false };
      default:
        return before;
    }
  },
});
