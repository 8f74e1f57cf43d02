import { beforeEach, describe, expect, it } from 'vitest';
import { Directory } from '../directory/directory.js';
import type { Person } from '../directory/person.js';
import { lagOf, type Shown } from './lag.js';
import type { Approval, Employee } from './reader.js';

let company: Directory;
let chief: Person;
let director: Person;
let worker: Person;
let shown: Shown;

const idOf = (person: Person) => ({ id: person.objectId, userName: person.userPrincipalName });

/** What the services say when they have heard of everything; it is written down here by hand, not read from the rules. */
function everything(): Shown {
  const approves = new Set([chief.objectId, director.objectId]);
  const approverOf = (person: Person) => (person === director ? chief : person === worker ? director : undefined);
  const missing = (person: Person) => (person === chief ? 'no manager' : null);
  const active = company.assigned.map((person): Employee => {
    const approver = approverOf(person);
    return {
      ...idOf(person),
      status: 'active',
      namesReleased: false,
      email: person.mail,
      firstName: person.givenName,
      lastName: person.surname,
      jobTitle: person.jobTitle,
      department: { id: '1', name: person.department },
      subsidiary: { id: '2', name: person.companyName },
      country: person.country,
      mobile: person.mobile,
      workPhone: person.telephoneNumber,
      employmentDate: person.employeeHireDate.slice(0, 10),
      payrollNumber: person.employeeId,
      approvedBy: approver ? { id: approver.objectId, name: approver.surname } : null,
      missingApprover: missing(person),
      isApprover: approves.has(person.objectId),
      terminationDate: null,
    };
  });
  const approvals = company.assigned.map((person): Approval => {
    const approver = approverOf(person);
    return {
      employee: { ...idOf(person), active: true },
      approver: approver ? idOf(approver) : null,
      missing: missing(person),
      isApprover: approves.has(person.objectId),
    };
  });
  const identities = company.assigned.map((person) => ({ ...idOf(person), name: person.surname, adUser: true }));
  return { active, inactive: [], identities, approvals };
}
const cardOf = (person: Person) => shown.active.find((each) => each.id === person.objectId) as Employee;
const approvalOf = (person: Person) => shown.approvals.find((each) => each.employee.id === person.objectId) as Approval;

beforeEach(() => {
  company = new Directory(1, 'nordlys.example');
  chief = company.hire('Management', 'Chief Executive Officer', null);
  director = company.hire('Sales', 'Sales Director', chief.objectId);
  worker = company.hire('Sales', 'Sales Assistant', director.objectId);
  shown = everything();
});

describe('the services have caught up', () => {
  it('when all show what the tenant holds, whoever else is in the account', () => {
    expect(lagOf(shown, company)).toBeUndefined();
    shown.active.push({ ...cardOf(worker), id: 'x', userName: 'another@company.example' });
    expect(lagOf(shown, company)).toBeUndefined();
    const other = { id: 'x', userName: 'another@company.example', active: true };
    shown.approvals.push({ ...approvalOf(worker), employee: other, approver: idOf(worker) });
    for (const each of [cardOf(worker), approvalOf(worker)]) each.isApprover = true;
    expect(lagOf(shown, company)).toBeUndefined();
  });

  it.each(['email', 'lastName', 'jobTitle', 'mobile', 'department'])('not while a card shows another %s', (field) => {
    Object.assign(cardOf(worker), { [field]: 'former' });
    expect(lagOf(shown, company)).toContain(`does not show the ${field} of ${worker.userPrincipalName}`);
  });

  it('not while somebody is missing in the directory or at sign-in', () => {
    const { active, identities } = shown;
    expect(lagOf({ ...shown, active: active.slice(1) }, company)).toContain('the directory does not show');
    expect(lagOf({ ...shown, identities: identities.slice(1) }, company)).toContain('sign-in does not know');
  });

  it('not while somebody who left is active, not in the inactive list, let in or counted', () => {
    const card = cardOf(worker);
    company.change(worker.objectId, { state: 'deleted' });
    // The director has lost the only report.
    for (const each of [cardOf(director), approvalOf(director)]) each.isApprover = false;
    expect(lagOf(shown, company)).toContain('who left, as active');
    shown.active = shown.active.filter((each) => each !== card);
    expect(lagOf(shown, company)).toContain('as inactive');
    shown.inactive = [card];
    expect(lagOf(shown, company)).toContain('still lets');
    shown.identities = shown.identities.filter((each) => each.id !== card.id);
    expect(lagOf(shown, company)).toContain('still counts');
    shown.approvals = shown.approvals.filter((each) => each.employee.id !== card.id);
    expect(lagOf(shown, company)).toBeUndefined();
  });

  it('not while an approver or the role is another, in the approval flow or on the card', () => {
    approvalOf(worker).approver = idOf(chief);
    expect(lagOf(shown, company)).toContain('does not know the approver');
    shown = everything();
    approvalOf(director).isApprover = false;
    expect(lagOf(shown, company)).toContain('whether');
    shown = everything();
    cardOf(director).isApprover = false;
    expect(lagOf(shown, company)).toContain('the card of');
  });

  it('also with a ring of two managers, and one who is the own manager (A9)', () => {
    company.change(chief.objectId, { manager: chief.objectId });
    approvalOf(chief).missing = cardOf(chief).missingApprover = 'own manager';
    expect(lagOf(shown, company)).toBeUndefined();
    company.change(director.objectId, { manager: worker.objectId });
    approvalOf(director).approver = idOf(worker);
    cardOf(director).approvedBy = { id: worker.objectId, name: '' };
    for (const each of [cardOf(chief), approvalOf(chief)]) each.isApprover = false;
    for (const each of [cardOf(worker), approvalOf(worker)]) each.isApprover = true;
    expect(lagOf(shown, company)).toBeUndefined();
  });
});
