import type { ScimUser } from '@bitabiz/testing/entra-client';
import type { Value } from '@bitabiz/testing/entra-operations';
import { managerPath } from '../directory/person.js';

type Values = Record<string, Value>;
type Element = { type?: string; value?: string; country?: string };

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const product = 'urn:bitabiz:params:scim:schemas:extension:hr:2.0:User';

/** What the target says about a user, by the paths of the mapping, so that only differences are sent. */
export function targetValues(user: ScimUser): Values {
  const name = (user['name'] ?? {}) as { givenName?: string; familyName?: string };
  const of = (list: string, type: string) => ((user[list] ?? []) as Element[]).find((each) => each.type === type);
  const extension = (user[enterprise] ?? {}) as { department?: string; manager?: { value?: string } };
  const own = (user[product] ?? {}) as Record<string, string>;
  return {
    userName: user.userName ?? null,
    active: user.active ?? true,
    'name.givenName': name.givenName ?? null,
    'name.familyName': name.familyName ?? null,
    'emails[type eq "work"].value': of('emails', 'work')?.value ?? null,
    title: (user['title'] as string | undefined) ?? null,
    [`${enterprise}:department`]: extension.department ?? null,
    'phoneNumbers[type eq "mobile"].value': of('phoneNumbers', 'mobile')?.value ?? null,
    'phoneNumbers[type eq "work"].value': of('phoneNumbers', 'work')?.value ?? null,
    'addresses[type eq "work"].country': of('addresses', 'work')?.country ?? null,
    dateOfEmployment: own['dateOfEmployment'] ?? null,
    payrollNumber: own['payrollNumber'] ?? null,
    groupCompanyName: own['groupCompanyName'] ?? null,
    externalId: (user['externalId'] as string | undefined) ?? null,
    [managerPath]: extension.manager?.value ?? null,
  };
}
