import type { Value } from '@bitabiz/testing/entra-operations';

/** Assigned to the app; not, or not any more; in the tenant's bin for 30 days (the same request as unassigned); gone for good. */
export type State = 'assigned' | 'unassigned' | 'deleted' | 'purged';

/** A user of the Entra tenant, with the attributes that the product's mapping sends (P2). */
export type Person = {
  objectId: string;
  userPrincipalName: string;
  mail: string;
  givenName: string;
  surname: string;
  jobTitle: string;
  department: string;
  manager: string | null;
  mobile: string | null;
  telephoneNumber: string | null;
  country: string;
  employeeHireDate: string;
  employeeId: string;
  companyName: string;
  state: State;
};

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The attribute mapping of the customer: SCIM path → value. Manager goes by itself, when both persons exist in the target. */
export const mapped = (person: Person): Record<string, Value> => ({
  userName: person.userPrincipalName,
  active: person.state === 'assigned',
  'name.givenName': person.givenName,
  'name.familyName': person.surname,
  'emails[type eq "work"].value': person.mail,
  title: person.jobTitle,
  [`${enterprise}:department`]: person.department,
  'phoneNumbers[type eq "mobile"].value': person.mobile,
  'phoneNumbers[type eq "work"].value': person.telephoneNumber,
  'addresses[type eq "work"].country': person.country,
  dateOfEmployment: person.employeeHireDate,
  payrollNumber: person.employeeId,
  groupCompanyName: person.companyName,
  externalId: person.objectId,
});

export const managerPath = `${enterprise}:manager`;

/** The body of a POST (entra.md 1.4): whole objects, nulls left in as Entra leaves them. */
export const resourceOf = (person: Person): object => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
  externalId: person.objectId,
  userName: person.userPrincipalName,
  active: person.state === 'assigned',
  name: { givenName: person.givenName, familyName: person.surname },
  emails: [{ primary: true, type: 'work', value: person.mail }],
  title: person.jobTitle,
  phoneNumbers: phonesOf(person),
  addresses: [{ type: 'work', country: person.country }],
  [enterprise]: { department: person.department },
  dateOfEmployment: person.employeeHireDate,
  payrollNumber: person.employeeId,
  groupCompanyName: person.companyName,
  meta: { resourceType: 'User' },
  roles: [],
});

function phonesOf({ mobile, telephoneNumber }: Person): object[] | null {
  const phones = [
    { type: 'mobile', value: mobile },
    { type: 'work', value: telephoneNumber },
  ].filter(({ value }) => value !== null);
  return phones.length > 0 ? phones : null;
}
