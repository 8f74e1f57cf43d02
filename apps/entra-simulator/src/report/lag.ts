import type { Directory } from '../directory/directory.js';
import type { Person } from '../directory/person.js';
import type { Approval, Employee, Identity } from './reader.js';

/** What the services say of one account at one moment. */
export type Shown = { active: Employee[]; inactive: Employee[]; identities: Identity[]; approvals: Approval[] };

/** What some service has not heard of yet; undefined: all have. Others in the account, of an earlier company, are left alone. */
export function lagOf(shown: Shown, directory: Directory): string | undefined {
  const known = byName(shown);
  const here = directory.assigned;
  const names = new Set(here.map((person) => person.userPrincipalName));
  const left = directory.all.filter((person) => person.state !== 'assigned' && !names.has(person.userPrincipalName));
  const managers = new Set(here.filter((each) => each.manager !== each.objectId).map((each) => each.manager));
  const ofOthers = new Set(
    shown.approvals.filter((each) => !names.has(each.employee.userName)).map((each) => each.approver?.userName),
  );
  const approves = ({ objectId, userPrincipalName }: Person) =>
    managers.has(objectId) || ofOthers.has(userPrincipalName);
  return (
    first(here, (person) => lagOfCard(person, known)) ??
    first(left, (person) => lagOfLeaver(person, known)) ??
    first(here, (person) => lagOfApproval(person, known, directory, approves(person)))
  );
}

const byName = (shown: Shown) => ({
  active: new Map(shown.active.map((each) => [each.userName, each])),
  inactive: new Set(shown.inactive.map((each) => each.userName)),
  identities: new Set(shown.identities.map((each) => each.userName)),
  approvals: new Map(shown.approvals.map((each) => [each.employee.userName, each])),
});
type Known = ReturnType<typeof byName>;

function first(people: Person[], lag: (person: Person) => string | undefined): string | undefined {
  for (const person of people) {
    const found = lag(person);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lagOfCard(person: Person, { active, identities }: Known): string | undefined {
  const name = person.userPrincipalName;
  const card = active.get(name);
  if (!card) return `the directory does not show ${name}`;
  const wrong = Object.entries(cardOf(person)).find(([field, value]) => textOf(card[field]) !== value);
  if (wrong) return `the directory does not show the ${wrong[0]} of ${name} as it is now`;
  return identities.has(name) ? undefined : `sign-in does not know ${name}`;
}

/** The fields of a card that provisioning fills (P2). */
const cardOf = (person: Person): Record<string, string | null> => ({
  email: person.mail,
  firstName: person.givenName,
  lastName: person.surname,
  jobTitle: person.jobTitle,
  department: person.department,
  subsidiary: person.companyName,
  country: person.country,
  mobile: person.mobile,
  workPhone: person.telephoneNumber,
  employmentDate: person.employeeHireDate.slice(0, 10),
  payrollNumber: person.employeeId,
});

const textOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? (value as { name: string }).name : (value ?? null);

/** P8, P10: out of the list and out of the door at once. */
function lagOfLeaver(
  { userPrincipalName: name }: Person,
  { active, inactive, identities, approvals }: Known,
): string | undefined {
  if (active.has(name)) return `the directory shows ${name}, who left, as active`;
  if (!inactive.has(name)) return `the directory does not show ${name} as inactive`;
  if (identities.has(name)) return `sign-in still lets ${name} in`;
  return approvals.has(name) ? `the approval flow still counts ${name}, who left` : undefined;
}

/** A2, A8, A9: the manager who is active and somebody else; the role for whoever is that. */
function lagOfApproval(person: Person, { active, approvals }: Known, directory: Directory, approves: boolean) {
  const name = person.userPrincipalName;
  const manager = person.manager === null ? undefined : directory.people.get(person.manager);
  const expected = manager?.state === 'assigned' && manager.objectId !== person.objectId ? manager : undefined;
  const approval = approvals.get(name);
  if (!approval || approval.approver?.userName !== expected?.userPrincipalName)
    return `the approval flow does not know the approver of ${name} yet`;
  if (approval.isApprover !== approves) return `the approval flow does not know yet whether ${name} is an approver`;
  const card = active.get(name);
  const same =
    card?.approvedBy?.id === approval.approver?.id &&
    card?.missingApprover === approval.missing &&
    card?.isApprover === approves;
  return same ? undefined : `the card of ${name} does not show the approver yet`;
}
