import { calendarGroupOf } from '../group/names.js';
import type { Card } from '../card/card.projection.js';

export type PersonName = { id: string; name: string };
export type Thing = { id: string; name: string };

/** An employee as the list and the card show them. */
export type EmployeeView = {
  id: string;
  scimId: string;
  status: 'active' | 'inactive';
  /** Hard-deleted or deactivated by hand: username and email are free again (P10, P11). */
  namesReleased: boolean;
  adUser: boolean;
  firstName: string;
  lastName: string;
  userName: string;
  email: string;
  jobTitle: string | null;
  department: Thing | null;
  subsidiary: Thing | null;
  calendarGroup: Thing | null;
  country: string | null;
  mobile: string | null;
  workPhone: string | null;
  employmentDate: string | null;
  payrollNumber: string | null;
  employeeNumber: string | null;
  policy: string | null;
  approvedBy: PersonName | null;
  missingApprover: string | null;
  isApprover: boolean;
  terminationDate: string | null;
  /** What an active employee lacks before payroll and absence can work (P19, P23). */
  missing: string[];
  createdAt: string;
  changedAt: string;
};

export type EmployeeRow = Card & {
  approver_id: string | null;
  approver_name: string | null;
  approver_missing: string | null;
  is_approver: boolean | null;
  department_id: string | null;
  department_name: string | null;
  subsidiary_id: string | null;
  subsidiary_name: string | null;
  calendar_id: string | null;
  calendar_name: string | null;
  policy: string | null;
};

/** Cards with what belongs to them. `$1` is the account. */
export const employeeSelect = `select c.*, a.approver_id, trim(m.given_name || ' ' || m.family_name) as approver_name, a.missing as approver_missing,
    a.is_approver, d.group_id as department_id, d.name as department_name, s.group_id as subsidiary_id, s.name as subsidiary_name,
    k.group_id as calendar_id, k.name as calendar_name, p.policy
  from cards c
  left join approvers a on a.account_id = c.account_id and a.employee_id = c.user_id
  left join cards m on m.account_id = c.account_id and m.user_id = a.approver_id
  left join own.groups d on d.account_id = c.account_id and d.kind = 'department' and d.name_key = c.department_key
  left join own.groups s on s.account_id = c.account_id and s.kind = 'subsidiary' and s.name_key = c.subsidiary_key
  left join own.groups k on k.account_id = c.account_id and k.kind = 'calendar group' and k.name_key = c.calendar_key
  left join own.policies p on p.account_id = c.account_id and p.user_id = c.user_id`;

export function viewOf(row: EmployeeRow): EmployeeView {
  const thing = (id: string | null, name: string | null): Thing | null =>
    id !== null && name !== null ? { id, name } : null;
  const gone = row.active ? row.approver_missing : null;
  return {
    id: row.user_id,
    scimId: row.scim_id,
    status: row.active ? 'active' : 'inactive',
    namesReleased: row.status === 'deleted',
    adUser: row.ad_user,
    firstName: row.given_name,
    lastName: row.family_name,
    userName: row.user_name,
    email: row.email,
    jobTitle: row.title,
    department: thing(row.department_id, row.department_name),
    subsidiary: thing(row.subsidiary_id, row.subsidiary_name),
    calendarGroup: thing(row.calendar_id, row.calendar_name),
    country: row.country,
    mobile: row.mobile,
    workPhone: row.work_phone,
    // The day as it was written: Entra sends it with a time, and what it sent is what SCIM answers (entra.md 1.4).
    employmentDate: row.employment_date?.slice(0, 'YYYY-MM-DD'.length) ?? null,
    payrollNumber: row.payroll_number,
    employeeNumber: row.employee_number,
    policy: row.policy,
    approvedBy: row.active && row.approver_id !== null ? { id: row.approver_id, name: row.approver_name ?? '' } : null,
    missingApprover: gone === 'departments approve' ? null : gone,
    isApprover: row.is_approver === true,
    terminationDate: row.terminated_on,
    missing: row.active ? missingOf(row) : [],
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

/** P19 in SQL, for the keyword MISSING; the same as `missingOf`. */
export const missingSql = `(c.active and (p.policy is null or c.payroll_number is null or c.employment_date is null
  or (c.country is not null and c.calendar_key is null)))`;

function missingOf(row: EmployeeRow): string[] {
  return [
    ...(row.policy === null ? ['policy'] : []),
    ...(row.payroll_number === null ? ['payroll number'] : []),
    ...(row.employment_date === null ? ['employment date'] : []),
    ...(row.country !== null && calendarGroupOf(row.country) === undefined ? ['calendar group'] : []),
  ];
}
