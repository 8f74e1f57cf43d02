import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activeIs, openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { CORE } from '../scim/attributes.js';
import { ERROR } from '../scim/error.js';
import { LIST_RESPONSE } from '../scim/list.js';
import { askBare, entraOn, mediaType, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

const bare = (method: string, path: string, headers: Record<string, string> = {}) =>
  askBare(gateway, method, path, { authorization: `Bearer ${account.token}`, ...headers });

describe('transport (entra.md 1.1)', () => {
  it('1.1.1 a Tenant URL with ?aadOptscim062020 works on every path and method', async () => {
    const created = await entra.ask('POST', '/Users?aadOptscim062020', person('ada'));
    expect(created.status).toBe(201);
    const at = `/Users/${created.body['id']}`;
    const group = await groupsIn(account).create('Sales');
    const paths = ['/Users', at, '/Groups', `/Groups/${group['id']}`, '/Schemas', '/ResourceTypes'];
    for (const path of [...paths, '/ServiceProviderConfig']) {
      expect((await entra.ask('GET', `${path}?aadOptscim062020`)).status, path).toBe(200);
    }
    const groupAt = `/Groups/${group['id']}`;
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'active eq true' };
    const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: [] };
    const asked: [number, string, string, unknown?][] = [
      [200, 'GET', `/Schemas/${CORE}`],
      [200, 'GET', '/ResourceTypes/User'],
      [200, 'POST', '/Users/.search', search],
      [200, 'POST', '/Groups/.search', { ...search, filter: 'displayName pr' }],
      [200, 'POST', '/.search', { ...search, filter: 'id pr' }],
      [200, 'POST', '/Bulk', bulk],
      [200, 'PUT', at, person('ada')],
      [200, 'PATCH', at, activeIs(false)],
      [204, 'DELETE', at],
      [201, 'POST', '/Groups', { ...group, displayName: 'Finance' }],
      [200, 'PUT', groupAt, { ...group, displayName: 'Marketing' }],
      [204, 'PATCH', groupAt, patch(replace('displayName', 'Sales'))],
      [204, 'DELETE', groupAt],
    ];
    for (const [status, method, path, body] of asked) {
      expect((await entra.ask(method, `${path}?aadOptscim062020`, body)).status, `${method} ${path}`).toBe(status);
    }
  });

  it.each([
    '?aadOptscim062020&filter=userName+eq+%22ada%40nordlys.example%22',
    '?aadOptscim062020?filter=userName+eq+%22ada%40nordlys.example%22',
    '?x=1&filter=userName+eq+%22ada%40nordlys.example%22&y',
  ])('1.1.1 a filter is read beside parameters that nobody knows: %s', async (query) => {
    const { id } = await entra.create('ada');
    await entra.create('grace');
    expect((await entra.ask('GET', `/Users${query}`)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  });

  it.each([mediaType, 'application/scim+json', 'application/json', 'application/json; charset=utf-8'])(
    '1.1.2 a body of type %s is read, and the answer is application/scim+json',
    async (type) => {
      const answer = await account.scim('POST', '/Users', person('ada'), { 'content-type': type, accept: type });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('content-type')).toBe(mediaType);
    },
  );

  it('1.1.2 an error is application/scim+json too', async () => {
    for (const [status, answer] of [
      [404, await entra.ask('GET', `/Users/${randomUUID()}`)],
      [400, await entra.ask('POST', '/Users', '{')],
      [401, await gateway.as('', '/scim/v2')('GET', '/Users')],
    ] as const) {
      expect(answer).toMatchObject({
        status,
        body: { schemas: expect.arrayContaining([ERROR]), status: String(status) },
      });
      expect(answer.headers.get('content-type')).toBe(mediaType);
    }
  });

  it('1.1.2 a body that is not UTF-8 is refused, and no damaged name is stored (RFC 8259 section 8.1)', async () => {
    const body = Buffer.from(JSON.stringify(person('ada', { title: 'Søster' })), 'latin1');
    const headers = { authorization: `Bearer ${account.token}`, 'content-type': mediaType };
    const answer = await fetch(`http://127.0.0.1:${gateway.env.PORT}/scim/v2/Users`, { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { schemas: expect.arrayContaining([ERROR]), scimType: 'invalidSyntax' },
    ]);
    expect((await entra.ask('GET', '/Users')).body).toMatchObject({ totalResults: 0 });
  });

  it('1.1.2 GET and DELETE carry no Content-Type', async () => {
    const { id } = await entra.create('ada');
    expect((await bare('GET', `/Users/${id}`)).body['id']).toBe(id);
    expect((await bare('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await bare('GET', `/Users/${id}`)).status).toBe(404);
  });

  it('1.1.3 ADSCIMVersion is no matter, nor that there is no User-Agent', async () => {
    const { id } = await entra.create('ada');
    const answer = await bare('GET', `/Users/${id}`, { adscimversion: '6.0', accept: 'application/scim+json' });
    expect(answer).toMatchObject({ status: 200, body: { id } });
  });

  it('1.1.3 a form-encoded filter has + for a blank and %22 for a quotation mark', async () => {
    const { id } = await entra.create('ada', { title: 'First programmer' });
    const query = 'filter=title+eq+%22First+programmer%22';
    expect((await bare('GET', `/Users?${query}`)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  });
});

describe('the connection test (entra.md 1.2)', () => {
  it.each(['userName', 'externalId', 'emails[type eq "work"].value'])(
    '1.2.1 a filter %s eq "<random GUID>" is answered 200 with an empty ListResponse',
    async (attribute) => {
      await entra.create('ada');
      const answer = await entra.find(`${attribute} eq "${randomUUID()}"`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: 0, Resources: [] });
    },
  );

  it('1.2.2 any user and any group can be fetched, where there are some and where there are none', async () => {
    for (const path of ['/Users', '/Groups']) {
      const empty = await entra.ask('GET', `${path}?startIndex=1&count=1`);
      expect(empty).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
    }
    const { id } = await entra.create('ada');
    const group = await groupsIn(account).create('Sales', [id]);
    expect((await entra.ask('GET', '/Users?startIndex=1&count=1')).body['Resources']).toMatchObject([{ id }]);
    const groups = await entra.ask('GET', '/Groups?startIndex=1&count=1&excludedAttributes=members');
    expect(groups.body['Resources']).toMatchObject([{ id: group['id'] }]);
    expect(groups.body['Resources'][0].members).toBeUndefined();
  });

  it.each([
    ['/Schemas', 'urn:ietf:params:scim:schemas:core:2.0:User'],
    ['/ResourceTypes', 'User'],
  ])('1.2.3 %s is a ListResponse with %s', async (path, id) => {
    const { status, body } = await entra.ask('GET', path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: body['Resources'].length });
    expect(body['Resources']).toContainEqual(expect.objectContaining({ id }));
  });

  it('1.2.3 /ServiceProviderConfig says what works', async () =>
    expect((await entra.ask('GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true },
    }));
});
