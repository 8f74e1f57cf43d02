import type { MissingReason } from '@bitabiz/event-contracts';

/** One employee with the direct approver, as the flow has published it. */
export type ApprovalView = {
  employee: PersonView;
  approver: PersonView | null;
  missing: MissingReason | null;
  /** Holds the Approver role, as manager of at least one active employee (A2). */
  isApprover: boolean;
};

export type PersonView = { id: string; name: string; userName: string; email: string; active: boolean };

export type ApprovalRow = {
  user_id: string;
  given_name: string;
  family_name: string;
  user_name: string;
  email: string;
  active: boolean;
  approver_id: string | null;
  a_given_name: string;
  a_family_name: string;
  a_user_name: string;
  a_email: string;
  a_active: boolean;
  missing: MissingReason | null;
  is_approver: boolean;
};

export const approvalSelect = `select p.user_id, p.given_name, p.family_name, p.user_name, p.email, p.active, a.approver_id, a.missing,
    m.given_name as a_given_name, m.family_name as a_family_name, m.user_name as a_user_name, m.email as a_email, m.active as a_active,
    r.employee_id is not null as is_approver
  from people p
  join (select $1::uuid as account_id) i on p.account_id = i.account_id
  left join own.approvals a on a.account_id = p.account_id and a.employee_id = p.user_id
  left join people m on m.account_id = p.account_id and m.user_id = a.approver_id
  left join own.roles r on r.account_id = p.account_id and r.employee_id = p.user_id`;

export const found = (row: ApprovalRow): ApprovalView => ({
  employee: {
    id: row.user_id,
    name: `${row.given_name} ${row.family_name}`.trim(),
    userName: row.user_name,
    email: row.email,
    active: row.active,
  },
  approver:
    row.approver_id === null
      ? null
      : {
          id: row.approver_id,
          name: `${row.a_given_name} ${row.a_family_name}`.trim(),
          userName: row.a_user_name,
          email: row.a_email,
          active: row.a_active,
        },
  missing: row.missing,
  isApprover: row.is_approver,
});
