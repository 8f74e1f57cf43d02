import { randomUUID } from 'node:crypto';

/** An account as a load sends to it: its SCIM token, and the users that are there. */
export type LoadAccount = { id: string; token: string; users: KnownUser[] };
export type KnownUser = { id: string; userName: string };

export const kinds = ['create', 'patch', 'get', 'filter', 'list'] as const;
export type Kind = (typeof kinds)[number];
/** As many as a page of the list holds. */
const page = 100;

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  headers: Record<string, string>;
  body?: string;
};

/** Who answers: the gateway, or the reference that gets the same bytes and does nothing but store or read them. */
export type Target = 'gateway' | 'reference';

const mediaType = 'application/scim+json; charset=utf-8';
let count = 0;

/** The next request of a load. Accounts take turns; each create and each PATCH is a new one. */
export function nextRequest(kind: Kind, target: Target, accounts: readonly LoadAccount[]): HttpRequest {
  count += 1;
  const account = accounts[count % accounts.length] as LoadAccount;
  const request = scimRequest(kind, account);
  if (target === 'gateway') return request;
  if (request.body !== undefined) return { ...request, method: 'POST', path: `/rows/${account.id}` };
  if (kind === 'list') return { ...request, path: `/rows/${account.id}?count=${page}` };
  return { ...request, path: `/rows/${account.id}/${known(account).id}` };
}

/** The status that says that a request did what it is for. */
export const goodStatus = (kind: Kind, target: Target): number =>
  kind === 'create' || (kind === 'patch' && target === 'reference') ? 201 : 200;

function scimRequest(kind: Kind, account: LoadAccount): HttpRequest {
  const authorization = `Bearer ${account.token}`;
  const sending = { authorization, 'content-type': mediaType };
  switch (kind) {
    case 'create':
      return { method: 'POST', path: '/scim/v2/Users', headers: sending, body: newUser() };
    case 'patch':
      return { method: 'PATCH', path: `/scim/v2/Users/${known(account).id}`, headers: sending, body: newTitle() };
    case 'get':
      return { method: 'GET', path: `/scim/v2/Users/${known(account).id}`, headers: { authorization } };
    case 'filter':
      return matching(known(account).userName, authorization);
    case 'list':
      return { method: 'GET', path: `/scim/v2/Users?startIndex=1&count=${page}`, headers: { authorization } };
  }
}

function matching(userName: string, authorization: string): HttpRequest {
  const filter = encodeURIComponent(`userName eq "${userName}"`);
  return { method: 'GET', path: `/scim/v2/Users?filter=${filter}`, headers: { authorization } };
}

/** What Entra does with a new person (entra.md 1.3, 1.4): it looks, creates, looks again and reads. @returns the request after an answer's body. */
export function entraCycle(accounts: readonly LoadAccount[]): ((answer: string) => HttpRequest)[] {
  const create = nextRequest('create', 'gateway', accounts);
  const authorization = create.headers['authorization'] as string;
  const { userName } = JSON.parse(create.body ?? '') as { userName: string };
  const look = () => matching(userName, authorization);
  const idIn = (answer: string) => (JSON.parse(answer) as { Resources: { id: string }[] }).Resources[0]?.id ?? 'nobody';
  const read = (answer: string): HttpRequest => ({
    method: 'GET',
    path: `/scim/v2/Users/${idIn(answer)}`,
    headers: { authorization },
  });
  return [look, () => create, look, read];
}

const known = ({ users }: LoadAccount) => users[Math.floor(Math.random() * users.length)] as KnownUser;

/** A user as Entra sends one (entra.md 1.4). */
function newUser(): string {
  const externalId = randomUUID();
  const name = `ida.${externalId}@nordlys.example`;
  return JSON.stringify({
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    externalId,
    userName: name,
    active: true,
    displayName: `Ida Sørensen ${count}`,
    emails: [{ primary: true, type: 'work', value: name }],
    meta: { resourceType: 'User' },
    name: { formatted: `Ida Sørensen ${count}`, familyName: `Sørensen ${count}`, givenName: 'Ida' },
    title: 'Payroll specialist',
    phoneNumbers: [
      { type: 'work', value: '+45 33 12 34 56' },
      { type: 'mobile', value: '+45 20 12 34 56' },
    ],
    addresses: [{ type: 'work', country: 'Denmark' }],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      department: 'Finance',
      employeeNumber: String(count),
    },
  });
}

const departments = 40;

/** A change of two attributes as Entra sends it (entra.md 1.5); it always changes something, and most departments are known already. */
const newTitle = (): string =>
  JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [
      { op: 'Replace', path: 'title', value: `Payroll specialist ${count}` },
      {
        op: 'Replace',
        path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
        value: `Finance ${count % departments}`,
      },
    ],
  });
