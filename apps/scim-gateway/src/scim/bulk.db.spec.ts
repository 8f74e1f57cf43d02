import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerOf, openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { idOf, post, sendBulk } from './bulk.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway({ TRUSTED_PROXIES: '127.0.0.1' })));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const bulk = (operations: object[], over?: object) => sendBulk(account, operations, over);
const read = async (path: string) => (await account.scim('GET', path)).body;

describe('a bulk request (RFC 7644 section 3.7)', () => {
  it('creates, changes and deletes, each as if it had come alone', async () => {
    const gone = await account.create('gone');
    const { status, body, results } = await bulk([
      post('a', person('ada')),
      {
        method: 'PATCH',
        path: '/Users/bulkId:a',
        data: { Operations: [{ op: 'add', path: 'title', value: 'Analyst' }] },
      },
      { method: 'DELETE', path: `/Users/${gone['id']}`, version: gone['meta'].version },
    ]);
    expect(status).toBe(200);
    expect(body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    expect(results.map((each) => each['status'])).toEqual(['201', '200', '204']);
    expect(results[0]).toMatchObject({ method: 'POST', bulkId: 'a', version: 'W/"1"' });
    expect(results[1]?.['location']).toBe(results[0]?.['location']);
    expect(await read(`/Users/${idOf(results[0] as object)}`)).toMatchObject({ title: 'Analyst' });
  });

  it('resolves references, wherever the referred operation stands (section 3.7.2)', async () => {
    const { results } = await bulk([
      post('g', { displayName: 'Sales', members: [{ value: 'bulkId:a' }, { value: 'bulkId:b' }] }, '/Groups'),
      post('a', person('ada', { [enterprise]: { department: 'R&D', manager: { value: 'bulkId:b' } } })),
      post('b', person('grace')),
    ]);
    expect(results.map((each) => [each['bulkId'], each['status']])).toEqual([
      ['g', '201'],
      ['a', '201'],
      ['b', '201'],
    ]);
    const [group, ada, grace] = results.map(idOf);
    expect(managerOf(await read(`/Users/${ada}`))).toBe(grace);
    const { members } = await read(`/Groups/${group}`);
    expect(members.map((each: { value: string }) => each.value).toSorted()).toEqual([ada, grace].toSorted());
  });

  it('honours the version of each operation (If-Match)', async () => {
    const { id } = await account.create('ada');
    const change = (version: string, value: string) => ({
      method: 'PATCH',
      path: `/Users/${id}`,
      version,
      data: { Operations: [{ op: 'add', path: 'title', value }] },
    });
    const { results } = await bulk([change('W/"7"', 'a'), change('W/"1"', 'b'), change('W/"1"', 'c')]);
    expect(results.map((each) => each['status'])).toEqual(['412', '200', '412']);
    expect(await read(`/Users/${id}`)).toMatchObject({ title: 'b' });
  });

  it('tells what is wrong with each operation, and goes on with the others', async () => {
    const { status, results } = await bulk([
      post('a', { userName: 'x' }),
      post('g', { displayName: 'Sales', members: [{ value: 'bulkId:a' }] }, '/Groups'),
      post('h', { displayName: 'Support', members: [{ value: 'bulkId:zzz' }] }, '/Groups'),
      { method: 'GET', path: '/Users' },
      { method: 'POST', path: '/Bulk', data: {} },
      { method: 'PUT', path: '/Users', data: {} },
      { method: 'POST', path: '/Users', bulkId: 'n' },
      { method: 'POST', path: '/Users', data: person('without a bulkId') },
      { method: 'DELETE', path: '/Users/0197f3c2-0000-7000-8000-000000000000' },
      post('b', person('ada')),
    ]);
    expect(status).toBe(200);
    expect(results.map((each) => each['status'])).toEqual([
      '400',
      '400',
      '400',
      '400',
      '400',
      '400',
      '400',
      '400',
      '404',
      '201',
    ]);
    for (const each of results.slice(0, -1))
      expect(each['response']).toMatchObject({ status: each['status'], detail: expect.any(String) });
    expect(results[1]?.['response'].detail).toMatch(/"a" failed/);
    expect(results[0]?.['location']).toBeUndefined();
    expect(await read('/Groups')).toMatchObject({ totalResults: 0 });
  });

  it('names where each resource is, also of what was refused; not of a POST that failed', async () => {
    const { id } = await account.create('ada');
    const [there, nobody] = [`/Users/${id}`, '/Groups/0197f3c2-0000-7000-8000-000000000000'];
    const { results } = await bulk([
      post('a', { userName: 'x' }),
      { method: 'PUT', path: there, data: 'no object' },
      { method: 'PATCH', path: there, data: { Operations: [{ op: 'add', path: 'title', value: 'bulkId:zzz' }] } },
      { method: 'DELETE', path: nobody },
      { method: 'PUT', path: '/Users', data: {} },
    ]);
    expect(results.map((each) => each['status'])).toEqual(['400', '400', '400', '404', '400']);
    const base = String((await read(there))['meta'].location).slice(0, -there.length);
    expect(results.map((each) => each['location'])).toEqual([
      undefined,
      `${base}${there}`,
      `${base}${there}`,
      `${base}${nobody}`,
      undefined,
    ]);
  });

  it('names them as they are reached through a proxy that ends TLS', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'scim.nordlys.example' };
    const Operations = [post('a', person('ada')), post('g', { displayName: 'Sales' }, '/Groups')];
    const { body } = await account.scim('POST', '/Bulk', { Operations }, forwarded);
    const [ada, sales] = body['Operations'].map((each: { location: string }) => each.location);
    expect(ada).toMatch(/^https:\/\/scim\.nordlys\.example\/scim\/v2\/Users\/[-0-9a-f]{36}$/);
    expect(sales).toMatch(/^https:\/\/scim\.nordlys\.example\/scim\/v2\/Groups\/[-0-9a-f]{36}$/);
  });

  it('stops after failOnErrors', async () => {
    const { results } = await bulk(
      [post('a', {}), post('b', person('ada')), post('c', {}), post('d', person('grace'))],
      { failOnErrors: 2 },
    );
    expect(results.map((each) => each['bulkId'])).toEqual(['a', 'b', 'c']);
    expect(await read('/Users')).toMatchObject({ totalResults: 1 });
  });

  it.each([
    ['no list of operations', {}, 400],
    ['a bulkId twice', { Operations: [post('a', {}), post('a', {})] }, 400],
    ['failOnErrors that is no number', { Operations: [], failOnErrors: 'x' }, 400],
    ['failOnErrors that is no whole number', { Operations: [], failOnErrors: 1.5 }, 400],
    ['too many operations (maxOperations)', { Operations: Array.from({ length: 1001 }, () => ({})) }, 413],
    ['too large a body (maxPayloadSize)', { Operations: [{ data: 'x'.repeat(5 * 1024 * 1024) }] }, 413],
  ])('with %s is refused as a whole', async (_, body, status) => {
    const answer = await account.scim('POST', '/Bulk', body);
    expect(answer).toMatchObject({ status, body: { status: String(status) } });
    expect(answer.body['detail']).toMatch(/\w+ \w+/);
  });

  it('has the limits that are advertised', async () =>
    expect((await read('/ServiceProviderConfig'))['bulk']).toEqual({
      supported: true,
      maxOperations: 1000,
      maxPayloadSize: 5 * 1024 * 1024,
    }));
});
