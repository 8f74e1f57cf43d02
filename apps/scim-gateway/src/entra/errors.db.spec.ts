import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerIs, openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { ERROR } from '../scim/error.js';
import { add, entraOn, mediaType, replace, type EntraCalls } from './entra.fixture.js';

const requiredRate = 25;
let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => {
  const rate = { SCIM_RATE_PER_SECOND: String(requiredRate), SCIM_RATE_BURST: String(requiredRate) };
  gateway = await openGateway(rate);
});
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

const listAtOnce = (times: number) =>
  Promise.all(Array.from({ length: times }, () => entra.ask('GET', '/Users?count=1')));

describe('timing, rate and errors (entra.md 1.8)', () => {
  it('1.8.1 an initial cycle again reads and sends everything, and nothing changes', async () => {
    const sent = person('ada', { title: 'Analyst' });
    const { id } = (await entra.ask('POST', '/Users', sent)).body;
    const before = await entra.read(id);
    expect(await entra.idsBy(`userName eq "${sent.userName}"`)).toEqual([id]);
    const again = [replace('active', 'True'), replace('title', 'Analyst'), replace('externalId', sent.externalId)];
    expect(await entra.change(id, ...again, replace('name.givenName', 'ada'))).toEqual(before);
  });

  it('1.8.2 on demand: one user and a group of five members', async () => {
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([]);
    const { id } = await entra.create('ada');
    const { id: boss } = await entra.create('boss');
    await entra.change(id, ...managerIs(boss).Operations);
    const groups = groupsIn(account);
    const members = [id, boss, ...(await groups.people('c', 'd', 'e'))];
    const group = await groups.create('Sales');
    await groups.change(
      group['id'],
      add(
        'members',
        members.map((value) => ({ $ref: null, value })),
      ),
    );
    expect(await groups.membersOf(group['id'])).toEqual(members.toSorted());
  });

  it('1.8.3 25 requests in a second pass, writes among them', async () => {
    const { id } = await entra.create('ada');
    const asked: ((n: number) => Promise<{ status: number }>)[] = [
      (n) => entra.find(`userName eq "p${n}@nordlys.example"`),
      (n) => entra.ask('POST', '/Users', person(`p${n}`)),
      (n) => entra.send(id, replace('title', `Analyst ${n}`)),
      (n) => entra.ask('POST', '/Groups', { displayName: `G${n}` }),
    ];
    const answers = await Promise.all(Array.from({ length: requiredRate - 1 }, (_, n) => asked[n % 4]?.(n)));
    const statuses = answers.map((answer) => answer?.status);
    expect(statuses).toEqual(Array.from({ length: requiredRate - 1 }, (_, n) => [200, 201, 200, 201][n % 4]));
  });

  it('1.8.3 far more are answered 429 with Retry-After, and pass when they come again then', async () => {
    const refused = (await listAtOnce(requiredRate * 8)).find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ schemas: expect.arrayContaining([ERROR]), status: '429' });
    const waitMs = Number(refused?.headers.get('retry-after')) * 1_000;
    expect(waitMs).toBeGreaterThan(0);
    await until(async () => (await listAtOnce(1))[0]?.status === 200, { deadlineMs: waitMs, everyMs: 100 });
  });

  it('1.8.4 a request that is sent again after a lost answer does no harm', async () => {
    const { id } = await entra.create('ada');
    const once = await entra.change(id, replace('title', 'Dr'), add('externalId', 'x-1'));
    expect(await entra.change(id, replace('title', 'Dr'), add('externalId', 'x-1'))).toEqual(once);
    await entra.ask('DELETE', `/Users/${id}`);
    expect((await entra.ask('DELETE', `/Users/${id}`)).status).toBe(404);
  });

  it('1.8.4 bad credentials are 401 at once, and say what to do', async () => {
    const answer = await gateway.as(`${account.token}x`, '/scim/v2')('GET', '/Users?startIndex=1&count=1');
    expect(answer).toMatchObject({ status: 401, body: { schemas: expect.arrayContaining([ERROR]), status: '401' } });
    expect(answer.body['detail']).toMatch(/paste it into Entra/);
  });

  it('1.8.5 a conflict (EntryConflict) is 409 uniqueness', async () => {
    await entra.create('ada');
    const answer = await entra.ask('POST', '/Users', person('ada'));
    expect(answer).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  });

  it.each([
    ['userName', { userName: '' }],
    ['name.familyName', { name: { givenName: 'Ada' } }],
    ['name.givenName', { name: { familyName: 'Lovelace' } }],
    ['emails[type eq "work"].value', { emails: [] }],
  ])('1.8.5 a mandatory %s that is missing (MandatoryFieldsMissing) is 400 and named', async (name, over) => {
    const answer = await entra.ask('POST', '/Users', person('ada', over));
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body['detail']).toContain(name);
  });

  it('1.8.5 no answer is one that Entra cannot read: each is JSON with its schemas, or 204 with nothing', async () => {
    const { id } = await entra.create('ada');
    const at = `/Users/${id}`;
    const asked: [string, string, unknown?][] = [
      ['GET', '/Users'],
      ['GET', at],
      ['PATCH', at, patch(replace('title', 'Dr'))],
      ['PUT', at, person('ada')],
      ['POST', '/Users', '<html>'],
      ['PATCH', at, ''],
      ['GET', '/Users?filter=(('],
      ['GET', '/nowhere'],
      ['DELETE', '/Users'],
      ['GET', `/Groups/${randomUUID()}`],
      ['DELETE', at],
    ];
    for (const [method, path, body] of asked) {
      const answer = await entra.ask(method, path, body);
      if (answer.status === 204) expect(answer.body).toEqual({});
      else {
        expect(answer.headers.get('content-type'), `${method} ${path}`).toBe(mediaType);
        expect(answer.body['schemas'], `${method} ${path}`).toContainEqual(expect.stringMatching(/^urn:/));
      }
    }
  });

  it('1.8.5 a fault of ours is a SCIM Error too, which Entra repeats, and tells nothing of what broke', async () => {
    const { id } = await entra.create('ada');
    const owner = new pg.Client({ connectionString: gateway.env.MIGRATION_DATABASE_URL });
    await owner.connect();
    await owner.query('alter function own.find_users rename to broken');
    try {
      const answer = await entra.ask('GET', `/Users/${id}`);
      expect(answer).toMatchObject({ status: 500, body: { schemas: expect.arrayContaining([ERROR]), status: '500' } });
      expect(answer.headers.get('content-type')).toBe(mediaType);
      expect(JSON.stringify(answer.body)).not.toMatch(/find_user|function|select|\.ts|\.js/);
      expect(answer.body['detail']).toMatch(/request [0-9a-f-]{36}/);
    } finally {
      await owner.query('alter function own.broken rename to find_users');
      await owner.end();
    }
    expect((await entra.read(id))['userName']).toBe('ada@nordlys.example');
  });

  it('1.8.6 /Bulk works, although Entra does not use it yet', async () => {
    const operation = { method: 'POST', path: '/Users', bulkId: 'a', data: person('ada') };
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    const answer = await entra.ask('POST', '/Bulk', { schemas, Operations: [operation] });
    expect(answer).toMatchObject({ status: 200, body: { Operations: [{ bulkId: 'a', status: '201' }] } });
  });

  it('1.8.7 the gallery: both deletes, 200 for nothing, schemas, many members in a PATCH', async () => {
    expect(await entra.ask('GET', '/Users')).toMatchObject({ status: 200, body: { totalResults: 0 } });
    expect((await entra.ask('GET', '/Schemas')).status).toBe(200);
    const groups = groupsIn(account);
    const people = await groups.people('a', 'b', 'c');
    const { id } = await groups.create('Sales');
    await groups.change(
      id,
      add(
        'members',
        people.map((value) => ({ value })),
      ),
    );
    expect(await groups.membersOf(id)).toEqual(people.toSorted());
    expect((await entra.change(people[0] as string, replace('active', 'False')))['active']).toBe(false);
    expect((await entra.ask('DELETE', `/Users/${people[0]}`)).status).toBe(204);
  });
});
