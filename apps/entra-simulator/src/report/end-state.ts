import type { Approval, Employee, Reader } from './reader.js';

/** What every service knows at the end, keyed by user name: no ids, no clock times, no dates of today, so that two runs compare. */
export type EndState = {
  directory: { active: Record<string, unknown>; inactive: unknown[]; groups: unknown[] };
  approvalFlow: { foundation: string; approvers: Record<string, unknown>; cycles: string[][] };
  sso: { maySignIn: string[] };
};

export async function endStateOf(reader: Reader): Promise<EndState> {
  const active = await reader.employees('active');
  const inactive = await reader.employees('inactive');
  const approvals = await reader.approvals();
  const byId = new Map([...active, ...inactive].map((each) => [each.id, each.userName]));
  const nameOf = (id: string) => byId.get(id) ?? 'unknown';
  return {
    directory: {
      active: keyed(active, (each) => card(each, nameOf)),
      inactive: inactive.map((each) => ({ userName: each.userName, ...card(each, nameOf) })).sort(byText),
      groups: (await reader.groups()).map(({ kind, name, employees }) => ({ kind, name, employees })).sort(byText),
    },
    approvalFlow: {
      foundation: await reader.foundation(),
      approvers: Object.fromEntries(approvals.map(approver).sort(byText)),
      cycles: (await reader.cycles()).map((members) => members.map(nameOf).sort()).sort(byText),
    },
    sso: { maySignIn: (await reader.identities()).map((each) => each.userName).sort() },
  };
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const keyed = (employees: Employee[], content: (employee: Employee) => unknown) =>
  Object.fromEntries(employees.map((each): [string, unknown] => [each.userName, content(each)]).sort(byText));

function card(employee: Employee, nameOf: (id: string) => string) {
  const { email, firstName, lastName, jobTitle, country, mobile, workPhone, employmentDate, payrollNumber } = employee;
  const thing = (name: string) => (employee[name] as { name: string } | null)?.name ?? null;
  return {
    email,
    firstName,
    lastName,
    jobTitle,
    country,
    mobile,
    workPhone,
    employmentDate,
    payrollNumber,
    department: thing('department'),
    subsidiary: thing('subsidiary'),
    calendarGroup: thing('calendarGroup'),
    adUser: employee['adUser'],
    namesReleased: employee.namesReleased,
    terminated: employee.terminationDate !== null,
    approvedBy: employee.approvedBy ? nameOf(employee.approvedBy.id) : null,
    missingApprover: employee.missingApprover,
    isApprover: employee.isApprover,
  };
}

const approver = ({ employee, approver: by, missing, isApprover }: Approval): [string, unknown] => [
  employee.userName,
  { approver: by?.userName ?? null, missing, isApprover },
];
