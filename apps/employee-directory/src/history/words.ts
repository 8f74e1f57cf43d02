import type { ApprovalEvent, UserEvent } from '@bitabiz/event-contracts';

type Line = { type: string; data: unknown };

const labels: Record<string, string> = {
  givenName: 'First name',
  familyName: 'Last name',
  title: 'Job title',
  department: 'Department',
  mobile: 'Mobile number',
  workPhone: 'Phone (work)',
  country: 'Country',
  employmentDate: 'Employment date',
  payrollNumber: 'Payroll number',
  employeeNumber: 'Employee number',
  subsidiary: 'Subsidiary',
};

const by = { provisioning: 'by Entra', import: 'by an import', hand: 'by hand' } as const;

/** One event of an employee's history in plain words. `nameOf` gives the name behind an employee id, or undefined. */
export function inWords(line: Line, nameOf: (id: string) => string | undefined): string {
  const event = line as UserEvent | ApprovalEvent;
  const who = (id: string) => nameOf(id) ?? 'somebody who is not in the account';
  switch (event.type) {
    case 'UserCreated':
      return `Created ${by[event.data.origin]}${event.data.active ? '' : ', inactive'}`;
    case 'UserAdopted':
      return 'Became an AD user: Entra manages this employee from now on';
    case 'UserMigrated':
      return migrated(event.data.matchedBy);
    case 'UserDetached':
      return 'The AD user mark was removed by hand: Entra does not manage this employee any more';
    case 'UserProfileChanged':
      return `${Object.entries(event.data.changes).map(changed).join('; ')} (${by[event.data.origin]})`;
    case 'UserLoginChanged':
      return loginChanged(event.data);
    case 'ExternalIdChanged':
      return 'The id by which Entra finds this employee changed';
    case 'ManagerChanged':
      return event.data.to === null
        ? 'The manager in Entra was removed'
        : `The manager in Entra is now ${who(event.data.to)}`;
    case 'UserSuspended':
      return `Became inactive ${by[event.data.origin]}; termination date ${event.data.terminatedOn}`;
    case 'UserReactivated':
      return `Became active again ${by[event.data.origin]}; termination date cleared`;
    case 'UserDeleted':
      return event.data.origin === 'hand'
        ? `Deactivated by hand; termination date ${event.data.terminatedOn}; username and email were released`
        : `Deleted in Entra; termination date ${event.data.terminatedOn}; username and email were released`;
    case 'UserActivated':
      return `Activated by hand with the email ${event.data.email}`;
    case 'UserErased':
      return 'Erased';
    case 'ApproverAssigned':
      return `Approved by ${who(event.data.approverId)}`;
    case 'ApproverChanged':
      return `Approved by ${who(event.data.to)} instead of ${who(event.data.from)}`;
    case 'ApproverMissing':
      return event.data.reason === 'departments approve'
        ? 'Approved by departments'
        : `Missing approver: ${event.data.reason}`;
    case 'ApproverRoleGranted':
      return 'Got the Approver role, as manager of an active employee';
    case 'ApproverRoleWithdrawn':
      return 'Lost the Approver role: no active employee reports here any more';
    case 'ApprovalFoundationSwitched':
    case 'ManagerCycleFound':
    case 'ManagerCycleResolved':
      return event.type;
  }
}

function changed([field, { from, to }]: [string, { from: string | null; to: string | null }]): string {
  const label = labels[field] ?? field;
  if (to === null) return `${label} ${from} removed`;
  return from === null ? `${label} set to ${to}` : `${label} changed from ${from} to ${to}`;
}

type LoginChange = Extract<UserEvent, { type: 'UserLoginChanged' }>['data'];

function loginChanged({ from, to, origin }: LoginChange): string {
  const parts = [
    ...(from.userName === to.userName ? [] : [`Username changed from ${from.userName} to ${to.userName}`]),
    ...(from.email === to.email ? [] : [`Email changed from ${from.email} to ${to.email}`]),
  ];
  return `${parts.join('; ')} (${by[origin]})`;
}

type MatchedBy = Extract<UserEvent, { type: 'UserMigrated' }>['data']['matchedBy'];

const matchedBy = { id: '', userName: ' by the username', email: ' by the email' } as const;

const migrated = (by: MatchedBy): string =>
  by === null
    ? 'Came from the new Entra tenant while the account moved to it'
    : `Found${matchedBy[by]} in the new Entra tenant, which manages this employee from now on`;
