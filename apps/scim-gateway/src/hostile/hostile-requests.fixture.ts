import type { Random } from '@bitabiz/testing/random';
import { person } from '../gateway.fixture.js';
import { endless, garbled, mutated, nasty } from './hostile-values.fixture.js';

export type HostileRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer | undefined;
};

const filters = [
  'userName eq "ada@nordlys.example"',
  'emails[type eq "work"].value eq "ada@nordlys.example"',
  'externalId eq "7" and (active eq true or not (title pr))',
  'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "a"',
  'meta.lastModified gt "2024-01-01T00:00:00Z"',
  'members.value eq "0197f3c2-0000-7000-8000-000000000000"',
  'displayName co "%"',
];
const paths = [
  'title',
  'name.givenName',
  'emails[type eq "work"].value',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager',
  'members[value eq "0197f3c2-0000-7000-8000-000000000000"]',
  'active',
];
const searched = ['filter', 'attributes', 'excludedAttributes', 'sortBy', 'cursor'];
const mediaTypes = [
  'application/scim+json; charset=utf-8',
  'application/json',
  'application/scim+json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  ';',
];

/** Makes requests against SCIM that no good client sends. @param known a user and a group that are there. */
export function hostileRequest(random: Random, known: { user: string; group: string }, token: string): HostileRequest {
  const kind = random.int(0, 6);
  const headers = headersOf(random, token);
  if (kind === 0) return { method: 'GET', path: `/Users?${query(random)}`, headers };
  if (kind === 1) return { method: 'GET', path: oddPath(random, known), headers };
  const { method, path, body } = written(random, known);
  return { method, path, headers, body: bytesOf(random, random.chance(85) ? mutated(random, body) : body) };
}

function written(random: Random, { user, group }: { user: string; group: string }) {
  const id = random.pick([user, user, group, garbled(random, user).toWellFormed()]);
  const name = `x${random.int(1, 500)}`;
  const groupBody = { displayName: name, members: [{ value: user }] };
  const operation = () => ({
    op: random.pick(['Add', 'replace', 'Remove', 'move', 1]),
    path: random.chance(2)
      ? endless(random, 100_000)
      : random.pick([random.pick(paths), garbled(random, random.pick(paths)), nasty(random, 0)]),
    value: random.chance(40) ? random.pick(['x', [{ value: user }], { value: user }]) : nasty(random),
  });
  switch (random.int(0, 7)) {
    case 0:
      return { method: 'POST', path: '/Users', body: person(name) };
    case 1:
      return { method: 'PUT', path: `/Users/${encodeURIComponent(id)}`, body: person(name) };
    case 2:
      return { method: 'POST', path: '/Groups', body: groupBody };
    case 3:
      return { method: 'PUT', path: `/Groups/${group}`, body: { ...groupBody, members: crowd(random, user) } };
    case 4:
      return {
        method: 'POST',
        path: random.pick(['/.search', '/Users/.search']),
        body: {
          filter: garbled(random, random.pick(filters)),
          count: nasty(random, 0),
          ...(random.chance(10) && { [random.pick(searched)]: endless(random, 300_000) }),
        },
      };
    case 5: {
      const operations = Array.from({ length: random.int(1, 5) }, (_, n) => ({
        method: random.pick(['POST', 'PATCH', 'DELETE', 'PUT', 'TRACE']),
        path: random.pick(['/Users', `/Users/${id}`, '/Groups', '/Bulk', '']),
        bulkId: `b${n}`,
        data: random.pick([person(name), groupBody, nasty(random)]),
      }));
      return { method: 'POST', path: '/Bulk', body: { Operations: operations } };
    }
    default:
      return {
        method: 'PATCH',
        path: `/${random.pick(['Users', 'Groups'])}/${encodeURIComponent(id)}`,
        body: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: Array.from({ length: random.int(1, 6) }, operation),
        },
      };
  }
}

/** Now and then ten thousand members at once. */
const crowd = (random: Random, user: string) =>
  Array.from({ length: random.chance(3) ? 10_000 : random.int(0, 30) }, (_, n) => ({
    value: random.chance(90) ? user : `0197f3c2-0000-7000-8000-${String(n).padStart(12, '0')}`,
  }));

function query(random: Random): string {
  const filter = random.chance(5) ? '('.repeat(random.int(10, 4_000)) + random.pick(filters) : random.pick(filters);
  const parameters = [
    `filter=${encoded(random, garbled(random, filter))}`,
    `sortBy=${encoded(random, garbled(random, random.pick(paths)))}`,
    `count=${random.pick(['0', '-1', '1e9', '99999999999999999999', 'x', '%00'])}`,
    `startIndex=${random.pick(['0', '-5', '2147483648', '1.5', '%ff'])}`,
    `attributes=${encoded(random, garbled(random, 'userName,emails.value'))}`,
    `cursor=${encoded(random, garbled(random, 'AAAA'))}`,
    '&&=&',
    `__proto__=1`,
    ...(random.chance(10) ? [`${random.pick(searched)}="${endless(random, 12_000).replaceAll(' ', '+')}`] : []),
  ];
  return random.shuffled(parameters).slice(0, random.int(1, 3)).join('&');
}

function oddPath(random: Random, { user, group }: { user: string; group: string }): string {
  const base = random.pick([
    `/Users/${user}`,
    `/Groups/${group}`,
    '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
    '/Me',
    '/ResourceTypes/User',
  ]);
  return random.pick([
    `/${encodeURI(garbled(random, base.slice(1)).toWellFormed())}`.replaceAll('%5C', '\\'),
    base.replaceAll('/', '//'),
    `${base}/../../../accounts`,
    `${base}%2e%2e%2f`,
    `${base}?${'a'.repeat(random.int(1, 6_000))}`,
    base.toUpperCase(),
    `/Users/${'%C0%80'.repeat(random.int(1, 30))}`,
  ]);
}

const encoded = (random: Random, text: string): string =>
  random.chance(80)
    ? encodeURIComponent(text.toWellFormed())
    : text.replaceAll(/[^a-z0-9"(). ]/gi, '%').replaceAll(' ', '+');

function headersOf(random: Random, token: string): Record<string, string> {
  return {
    authorization: random.chance(95)
      ? `Bearer ${token}`
      : `Bearer ${garbled(random, token).replaceAll(/[^\x21-\x7e]/g, '?')}`,
    'content-type': random.chance(85) ? 'application/scim+json' : random.pick(mediaTypes),
    ...(random.chance(10) && { 'if-match': random.pick(['*', 'W/"1"', '"', 'W/"99999999999"', ',,,']) }),
    ...(random.chance(5) && { accept: random.pick(['text/html', '*/*;q=0', 'x'.repeat(4_000)]) }),
    ...(random.chance(5) && { 'x-correlation-id': 'y'.repeat(random.int(1, 3_000)) }),
  };
}

/** Characters. What is over the gateway's limit is refused before it is read, which other tests look at. */
const longest = 1024 * 1024;

/** As JSON, now and then broken off, with bytes that are no UTF-8, or in another encoding. */
function bytesOf(random: Random, body: unknown): Buffer {
  const text = (JSON.stringify(body) ?? '').slice(0, longest);
  const bytes = Buffer.from(text);
  switch (random.int(0, 19)) {
    case 0:
      return bytes.subarray(0, random.int(0, bytes.length));
    case 1:
      return Buffer.from(text, 'utf16le');
    case 2:
      bytes[random.int(0, Math.max(0, bytes.length - 1))] = random.int(128, 255);
      return bytes;
    case 3:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    default:
      return bytes;
  }
}
