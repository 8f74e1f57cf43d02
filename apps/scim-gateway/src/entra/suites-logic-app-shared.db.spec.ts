import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerOf, openGateway, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from '../group/group.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import { add, country, entraOn, flagged, mobile, replace, workEmail, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
  expect((await account.admin('PATCH', '', { emailUniqueness: false })).status).toBe(200);
});
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

const shared = 'work@nordlys.example';
const emails = [{ type: 'work', value: shared }];
const create = (...names: string[]) =>
  Promise.all(names.map(async (name) => (await entra.create(name, { emails }))['id'] as string));

describe('users with one work e-mail in the validation template of Microsoft, while e-mails need not be unique (entra.md 2.1)', () => {
  it('2.1 row 16: SCIM_Null_Update of each leaves the others alone', async () => {
    const ids = await create('a', 'b', 'c');
    const optional = ['title', mobile, country, `${ENTERPRISE}:department`];
    for (const id of ids) {
      const bare = await entra.read(id);
      await entra.change(id, ...optional.map((path) => add(path, 'x')));
      const empty = id === ids[0] ? '' : null;
      const read = await entra.change(id, ...optional.map((path) => replace(path, empty)));
      expect(read).toEqual({ ...bare, meta: read['meta'] });
    }
    expect(new Set(await entra.idsBy(`${workEmail} eq "${shared}"`))).toEqual(new Set(ids));
  });

  it.each(['verbose', 'no-path'])(
    '2.1 rows 17 and 18: each is created and updated, to one e-mail again, %s',
    async (dialect) => {
      const ids = await create('a', 'b', 'c');
      expect(new Set(ids).size).toBe(3);
      for (const [n, id] of ids.entries()) {
        const [text, email] = [`upd-${10_000_000 + n}`, 'upd-email'];
        const values = {
          userName: text,
          externalId: text,
          'name.givenName': text,
          [workEmail]: email,
          [country]: text,
        };
        const operations =
          dialect === 'verbose'
            ? Object.entries(values).map(([path, value]) => replace(path, value))
            : [flagged(values)];
        expect(await entra.change(id, ...operations)).toMatchObject({
          id,
          userName: text,
          externalId: text,
          name: { givenName: text, familyName: 'Lovelace' },
          emails: [{ type: 'work', value: email }],
          addresses: [{ type: 'work', country: text }],
        });
        expect(await entra.idsBy(`userName eq "${text}"`)).toEqual([id]);
        expect(await entra.idsBy(`${workEmail} eq "${email}"`)).toHaveLength(n + 1);
      }
    },
  );

  it('2.1 rows 19 and 20: a group has them as members, and is updated', async () => {
    const groups = groupsIn(account);
    const ids = await create('a', 'b', 'c');
    const { id } = await groups.create('upd-1', ids.slice(0, 2));
    const operations = [replace('displayName', 'upd-2'), add('members', [{ value: ids[2] }])];
    expect((await groups.change(id, ...operations)).status).toBe(204);
    expect((await groups.read(id)).body['displayName']).toBe('upd-2');
    expect(await groups.membersOf(id)).toEqual(ids.toSorted());
  });

  it('2.1 row 23: eleven made five at a time are all on the pages, once', async () => {
    const names = Array.from({ length: 11 }, (_, n) => `p${n}`);
    const made = [names.slice(0, 5), names.slice(5, 10), names.slice(10)];
    const ids: string[] = [];
    for (const five of made) ids.push(...(await create(...five)));
    const seen: string[] = [];
    for (const startIndex of [1, 6, 11]) {
      const { body } = await entra.ask('GET', `/Users?startIndex=${startIndex}&count=5`);
      expect(body).toMatchObject({ startIndex, totalResults: 11 });
      seen.push(...body['Resources'].map(({ id }: { id: string }) => id));
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('2.1 row 25: SCIM_Update_Manager among them', async () => {
    const path = `${ENTERPRISE}:manager`;
    const [a, b, c] = (await create('a', 'b', 'c')) as [string, string, string];
    expect(managerOf(await entra.change(a, add(path, b)))).toBe(b);
    expect(managerOf(await entra.change(a, replace(path, c)))).toBe(c);
    expect(managerOf(await entra.change(a, replace(path, '')))).toBeUndefined();
  });
});
