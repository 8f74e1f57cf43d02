import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { managerOf, openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupBody, groupsIn } from '../group/group.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { entraOn, mediaType, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

const supported = z.object({ supported: z.boolean() });
const meta = z.object({ resourceType: z.string(), location: z.url() });
/** RFC 7643 section 5. */
const Configuration = z.object({
  schemas: z.tuple([z.literal('urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig')]),
  patch: supported,
  bulk: supported.extend({ maxOperations: z.int(), maxPayloadSize: z.int() }),
  filter: supported.extend({ maxResults: z.int() }),
  changePassword: supported,
  sort: supported,
  etag: supported,
  authenticationSchemes: z.array(z.object({ type: z.string(), name: z.string(), description: z.string() })).min(1),
  meta,
});
/** RFC 7643 section 6. */
const ResourceType = z.object({
  schemas: z.array(z.string()).min(1),
  id: z.string(),
  name: z.string(),
  endpoint: z.string().startsWith('/'),
  schema: z.string().startsWith('urn:'),
  schemaExtensions: z.array(z.object({ schema: z.string().startsWith('urn:'), required: z.boolean() })),
  meta,
});
/** RFC 7643 section 7. */
const Attribute = z.object({
  name: z.string().regex(/^\$?[a-z][\w-]*$/i),
  type: z.enum(['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'complex']),
  multiValued: z.boolean(),
  description: z.string(),
  required: z.boolean(),
  mutability: z.enum(['readOnly', 'readWrite', 'immutable', 'writeOnly']),
  returned: z.enum(['always', 'never', 'default', 'request']),
  uniqueness: z.enum(['none', 'server', 'global']).optional(),
  get subAttributes() {
    return z.array(Attribute).optional();
  },
});
const Schema = z.object({ id: z.string(), name: z.string(), attributes: z.array(Attribute).min(1), meta });
const listOf = (resource: z.ZodType) => z.object({ totalResults: z.int(), Resources: z.array(resource).min(1) });

describe('suvera (entra.md 2.5)', () => {
  it.each([
    ['/ServiceProviderConfig', Configuration],
    ['/ResourceTypes', listOf(ResourceType)],
    ['/Schemas', listOf(Schema)],
  ])('2.5 row 1: %s has the shape of RFC 7643', async (path, shape) =>
    expect(shape.safeParse((await entra.ask('GET', path)).body).error).toBeUndefined(),
  );

  it.each([
    [
      'row 2',
      '/Users',
      (name: string) => person(name, { name: { givenName: 'Tony', familyName: 'Stark' } }),
      'name.familyName co "Stark"',
    ],
    ['row 3', '/Groups', (name: string) => groupBody(`${name} of Stark`), 'displayName co "Stark"'],
  ])(
    '2.5 %s: %s are created, read, listed, found, replaced, patched and deleted at meta.location',
    async (_, path, bodyOf, filter) => {
      const made = await entra.ask('POST', path, bodyOf('a'));
      const { id, meta: where } = made.body;
      const at = new URL(where.location).pathname.replace('/scim/v2', '');
      expect(at).toBe(`${path}/${id}`);
      const title = patch({ op: 'replace', path: 'externalId', value: 'x' });
      expect([made.status, (await entra.ask('GET', at)).status, (await entra.ask('GET', path)).status]).toEqual([
        201, 200, 200,
      ]);
      expect(await entra.idsBy(filter, '', path)).toEqual([id]);
      expect((await entra.ask('PUT', at, bodyOf('a'))).status).toBe(200);
      expect((await entra.ask('PATCH', at, title)).status).toBe(path === '/Users' ? 200 : 204);
      expect((await entra.ask('DELETE', at)).status).toBe(204);
    },
  );

  it('2.5 row 4: /Me is 501: a token belongs to the account and to no person (P1)', async () =>
    expect((await entra.ask('GET', '/Me')).status).toBe(501));

  it.each(['', '/Users', '/Groups'])('2.5 row 5: %s/.search, also with count 0', async (path) => {
    await groupsIn(account).create('Sales', [(await entra.create('ada'))['id']]);
    const total = path === '' ? 2 : 1;
    for (const count of [0, 10]) {
      const { status, body } = await entra.ask('POST', `${path}/.search`, { count });
      expect(status).toBe(200);
      expect(body).toMatchObject({ totalResults: total, itemsPerPage: count === 0 ? 0 : total });
    }
  });

  it('2.5 row 6: /Bulk with references by bulkId', async () => {
    const post = (path: string, bulkId: string, data: object) => ({ method: 'POST', path, bulkId, data });
    const { status, body } = await entra.ask('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        post('/Users', 'boss', person('boss')),
        post('/Users', 'ada', person('ada', { [ENTERPRISE]: { manager: { value: 'bulkId:boss' } } })),
        post('/Groups', 'group', groupBody('Sales', ['bulkId:ada'])),
      ],
    });
    expect(status).toBe(200);
    const [boss, ada, group] = body['Operations'].map((each: { location: string }) => each.location.split('/').at(-1));
    expect(managerOf(await entra.read(ada))).toBe(boss);
    expect(await groupsIn(account).membersOf(group)).toEqual([ada]);
  });

  it('2.5 row 7: the content type is scim+json', async () =>
    expect((await entra.ask('GET', '/Users')).headers.get('content-type')).toBe(mediaType));
});
