import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupBody, groupsIn } from '../group/group.fixture.js';
import { GROUP } from '../scim/attributes.js';
import { ERROR, ERROR_DETAILS } from '../scim/error.js';
import { add, entraOn, remove, replace, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
let groups: ReturnType<typeof groupsIn>;
let a: string;
let b: string;
let c: string;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
  groups = groupsIn(account);
  [a, b, c] = (await groups.people('a', 'b', 'c')) as [string, string, string];
});
afterAll(() => gateway.close());

/** What is left after a PATCH that must be answered 204. */
async function membersAfter(id: string, ...operations: unknown[]): Promise<string[]> {
  expect(await groups.change(id, ...operations)).toMatchObject({ status: 204, body: {} });
  return groups.membersOf(id);
}

describe('groups (entra.md 1.7)', () => {
  it("1.7.1 are created with Microsoft's own schema beside the core one, and without members", async () => {
    const { members: _, ...body } = groupBody('Sales');
    expect(body.schemas).toContain('http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group');
    const answer = await entra.ask('POST', '/Groups', body);
    expect(answer).toMatchObject({ status: 201, body: { displayName: 'Sales', externalId: body.externalId } });
    expect(answer.body['schemas']).toEqual([GROUP]);
    expect(answer.headers.get('location')).toMatch(new RegExp(`/scim/v2/Groups/${answer.body['id']}$`));
  });

  it('1.7.1 are created with members', async () => {
    const { id } = await groups.create('Sales', [a, b]);
    expect(await groups.membersOf(id)).toEqual([a, b].toSorted());
  });

  it('1.7.2 get members as objects with a null $ref, many at once, and as texts', async () => {
    const { id } = await groups.create('Sales');
    const both = [
      { $ref: null, value: a },
      { $ref: null, value: b },
    ];
    expect(await membersAfter(id, add('members', both))).toEqual([a, b].toSorted());
    expect(await membersAfter(id, add('members', c))).toEqual([a, b, c].toSorted());
  });

  it('1.7.2 lose by Remove with a list of values only those', async () => {
    const { id } = await groups.create('Sales', [a, b, c]);
    expect(await membersAfter(id, remove('members', [{ value: a }]))).toEqual([b, c].toSorted());
    expect(await membersAfter(id, remove('members', [{ $ref: null, value: b }]))).toEqual([c]);
  });

  it('1.7.2 lose by the filter of the flag dialect only that one', async () => {
    const { id } = await groups.create('Sales', [a, b]);
    expect(await membersAfter(id, { op: 'remove', path: `members[value eq "${a}"]` })).toEqual([b]);
  });

  it('1.7.2 take several operations in one request', async () => {
    const { id } = await groups.create('Sales', [a]);
    const operations = [
      add('members', [{ value: b }]),
      remove('members', [{ value: a }]),
      add('members', [{ value: c }]),
    ];
    expect(await membersAfter(id, ...operations)).toEqual([b, c].toSorted());
  });

  it('1.7.2 are emptied by null', async () => {
    const { id } = await groups.create('Sales', [a, b]);
    expect(await membersAfter(id, replace('members', null))).toEqual([]);
  });

  it('1.7.3 lose no member when several PATCHes come at the same instant', async () => {
    const { id } = await groups.create('Sales');
    const answers = await Promise.all([a, b, c].map((value) => groups.change(id, add('members', [{ value }]))));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(await groups.membersOf(id)).toEqual([a, b, c].toSorted());
  });

  it('1.7.4 get another displayName and another externalId', async () => {
    const { id } = await groups.create('Sales', [a]);
    expect(await membersAfter(id, replace('displayName', 'Nordic'), replace('externalId', 'x-1'))).toEqual([a]);
    expect((await groups.read(id)).body).toMatchObject({ displayName: 'Nordic', externalId: 'x-1' });
  });

  it('1.7.4 with a name that is taken are 409', async () => {
    const { id } = await groups.create('Support');
    const { id: sales } = await groups.create('Sales');
    for (const answer of [
      await entra.ask('POST', '/Groups', groupBody('Sales')),
      await groups.change(id, replace('displayName', 'sales')),
    ]) {
      expect(answer).toMatchObject({
        status: 409,
        body: {
          schemas: [ERROR, ERROR_DETAILS],
          status: '409',
          scimType: 'uniqueness',
          [ERROR_DETAILS]: { attribute: 'displayName', holder: sales },
        },
      });
    }
  });

  it('1.7.5 are offered, and 200 while there are none (P17)', async () =>
    expect(await entra.ask('GET', '/Groups')).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } }));
});
