import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { ERROR } from './error.js';

let gateway: OpenGateway;
let account: TestAccount;
let user: string;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  user = (await account.create('ada'))['id'];
});
afterAll(() => gateway.close());

const json = { 'content-type': 'application/scim+json' };
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** RFC 7644 section 3.12, and a sentence that says what to do. */
function isScimError({ status, headers, body }: Awaited<ReturnType<TestAccount['scim']>>, expected: number) {
  expect(body['schemas']).toContain(ERROR);
  expect([status, body['status']]).toEqual([expected, String(expected)]);
  expect(headers.get('content-type')).toContain('application/scim+json');
  expect(body['detail']).toMatch(/\w+ \w+/);
}

describe('every failure is a SCIM error (RFC 7644 section 3.12)', () => {
  it.each([
    ['an unknown address', 404, 'GET', '/Shoes'],
    ['an unknown address below a known one', 404, 'GET', '/Users/1/2'],
    ['an unknown schema', 404, 'GET', '/Schemas/urn:x'],
    ['an unknown user', 404, 'GET', '/Users/0197f3c2-0000-7000-8000-000000000000'],
    ['an id that is none', 404, 'PATCH', '/Groups/x', '{"Operations":[{"op":"remove","path":"members"}]}'],
    ['a very long id', 404, 'GET', `/Users/${'x'.repeat(500)}`],
    ['JSON that ends too soon', 400, 'POST', '/Users', '{"userName":'],
    ['no body', 400, 'POST', '/Groups', ''],
    ['a list', 400, 'POST', '/Users', '[]'],
    ['a text', 400, 'PUT', '/Groups/0197f3c2-0000-7000-8000-000000000000', '"x"'],
    ['a prototype', 400, 'POST', '/Users', '{"__proto__":{"a":1}}'],
    ['a body too deep', 400, 'POST', '/Users', deep(100)],
    ['a body far too deep', 400, 'POST', '/Groups', deep(200_000)],
    ['a list too deep', 400, 'POST', '/Bulk', `{"Operations":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['a filter longer than headers may be', 431, 'GET', `/Users?filter=${'('.repeat(20_000)}`],
    ['a filter on discovery', 403, 'GET', '/Schemas?filter=id+pr'],
    ['a body too large', 413, 'POST', '/Users', `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`],
    ['a search that is none', 400, 'POST', '/.search', '[]'],
    ['a filter that nobody understands', 400, 'POST', '/.search', '{"filter":"shoe eq 1"}'],
  ])('%s is %i', async (_, status, method, path, body?: string) =>
    isScimError(await account.scim(method, path, body, json), status),
  );

  it.each<[string, string, string]>([
    ['POST', '/ServiceProviderConfig', 'GET'],
    ['DELETE', '/Schemas', 'GET'],
    ['PATCH', '/ResourceTypes/User', 'GET'],
    ['PATCH', '/Users', 'GET, POST'],
    ['DELETE', '/Groups', 'GET, POST'],
    ['POST', '/Groups/1', 'GET, PUT, PATCH, DELETE'],
    ['GET', '/.search', 'POST'],
    ['GET', '/Bulk', 'POST'],
    ['DELETE', '/Bulk', 'POST'],
    ...['/.search', '/Users/.search', '/Groups/.search'].flatMap((path) =>
      ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, path, 'POST'] as [string, string, string]),
    ),
  ])('%s %s is 405 and says what is allowed', async (method, path, allowed) => {
    const answer = await account.scim(method, path, method === 'GET' ? undefined : {});
    isScimError(answer, 405);
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s of /Me is 501: a token is no person (RFC 7644 section 3.11)',
    async (method) => isScimError(await account.scim(method, '/Me', method === 'GET' ? undefined : {}), 501),
  );

  it('a body of another type is 415, and a body without a type too', async () => {
    isScimError(await account.scim('POST', '/Users', '<user/>', { 'content-type': 'application/xml' }), 415);
    const sent = await new Promise<number | undefined>((resolve, reject) => {
      const url = `http://127.0.0.1:${gateway.env.PORT}/scim/v2/Users`;
      const asked = request(url, { method: 'POST' }, (answer) => resolve(answer.resume().statusCode));
      asked.on('error', reject).end('{}');
    });
    expect(sent).toBe(415);
  });

  it('a missing or wrong token is 401 with the way to authenticate, which names an error where a token was sent (RFC 6750)', async () => {
    for (const [token, challenge] of [
      ['', 'Bearer realm="scim"'],
      ['bbscim_x', 'Bearer realm="scim", error="invalid_token"'],
      [account.adminToken, 'Bearer realm="scim", error="invalid_token"'],
    ] as const) {
      const answer = await gateway.as(token, '/scim/v2')('GET', '/Users');
      isScimError(answer, 401);
      expect(answer.headers.get('www-authenticate')).toBe(challenge);
    }
  });

  it('an address that cannot be decoded is 400, whatever comes', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(gateway.env.PORT), '127.0.0.1', () => {
        socket.write('GET /scim/v2/Users/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      });
      let text = '';
      socket
        .on('data', (data) => (text += String(data)))
        .on('end', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect(answer).toContain(ERROR);
  });

  it.each(['attributes=id&excludedAttributes=title', 'attributes=emails[shoe eq "x"]'])(
    'is found before anything is done: %s',
    async (query) => {
      const send = async (method: string, path: string, body: unknown) =>
        isScimError(await account.scim(method, `${path}?${query}`, body), 400);
      const change = { Operations: [{ op: 'replace', path: 'title', value: 'changed' }] };
      await send('POST', '/Users', person('grace'));
      await send('PUT', `/Users/${user}`, person('ada', { title: 'changed' }));
      await send('PATCH', `/Users/${user}`, change);
      expect((await account.scim('GET', `/Users/${user}`)).body['title']).not.toBe('changed');
      if (query.includes('excluded')) await send('POST', '/Groups', { displayName: 'Everybody' });
    },
  );

  it('leaves nothing behind', async () => {
    expect((await account.scim('GET', '/Users')).body['totalResults']).toBe(1);
    expect((await account.scim('GET', '/Groups')).body['totalResults']).toBe(0);
  });
});

describe('values of a wrong type', () => {
  const wrong: unknown[] = [1, true, {}, [], [1], [[]], { a: { b: 1 } }, 'x\0', '\ud800', null];
  const names = [
    'userName',
    'name',
    'emails',
    'phoneNumbers',
    'addresses',
    'active',
    'externalId',
    'manager',
    'title',
    'members',
    'displayName',
    'meta',
    'id',
    'schemas',
  ];
  it.each(names)('of %s never are a fault of ours', async (name) => {
    for (const value of wrong) {
      const operation = (path?: string) => ({
        Operations: [{ op: 'replace', path, value: path ? value : { [name]: value } }],
      });
      const answers = await Promise.all([
        account.scim('POST', '/Users', person('x', { userName: 'x', emails: 1, [name]: value })),
        account.scim('PATCH', `/Users/${user}`, { Operations: [{ op: 'replace', path: name, value }, { op: 'move' }] }),
        account.scim('POST', '/Groups', { displayName: '', [name]: value }),
        account.scim('PATCH', '/Groups/0197f3c2-0000-7000-8000-000000000000', operation(name)),
        account.scim('PATCH', '/Groups/0197f3c2-0000-7000-8000-000000000000', operation()),
        account.scim('POST', '/.search', { [name]: value, count: value }),
        account.scim('POST', '/Bulk', { Operations: [value, { [name]: value }] }),
        account.scim('POST', '/Bulk', {
          Operations: [{ method: value, path: value, data: value }],
          failOnErrors: value,
        }),
      ]);
      expect(answers.map((answer) => answer.status).filter((status) => status >= 500)).toEqual([]);
    }
  });
});

describe('a long body', () => {
  const long = { x: Array.from({ length: 20_000 }, () => ({ a: {} })) };

  it('of a stranger is not read, under SCIM and elsewhere', async () => {
    const stranger = gateway.as('nobody', '');
    const answer = await stranger('POST', '/scim/v2/Users', long);
    isScimError(answer, 401);
    expect(answer.body['detail']).toContain('a long request is read for good tokens only');
    for (const path of ['/accounts', '/nowhere', `/oauth/${account.id}/token`]) {
      expect((await stranger('POST', path, long)).status).toBe(413);
    }
  });

  it('of a good token is', async () => isScimError(await account.scim('POST', '/Users', long), 400));
});
