import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupBody, groupsIn } from '../group/group.fixture.js';
import { CORE, ENTERPRISE, GROUP, PRODUCT } from '../scim/attributes.js';
import { ERROR } from '../scim/error.js';
import { targetsIn } from '../scim/schemas.fixture.js';
import { entraOn, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  account = await gateway.newAccount();
  entra = entraOn(account);
});
afterAll(() => gateway.close());

const types = [
  ['/Users', (name: string) => person(name), 'userName'],
  ['/Groups', (name: string) => groupBody(name), 'displayName'],
] as const;

describe('the checks of scim2-tester (entra.md 2.4)', () => {
  it('2.4 row 1: a random address is 404 with an Error', async () =>
    expect(await entra.ask('GET', `/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { schemas: [ERROR], status: '404', detail: expect.any(String) },
    }));

  it.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])('2.4 row 2: %s is read only', async (path) => {
    expect((await entra.ask('GET', path)).status).toBe(200);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await entra.ask(method, path, method === 'DELETE' ? undefined : {});
      expect(answer, method).toMatchObject({
        status: 405,
        body: { schemas: expect.arrayContaining([ERROR]), status: '405' },
      });
    }
  });

  it.each([
    ['/ResourceTypes', ['User', 'Group']],
    ['/Schemas', [CORE, ENTERPRISE, PRODUCT, GROUP]],
  ])('2.4 row 3: %s by id, and by one that is none', async (path, ids) => {
    const { Resources } = (await entra.ask('GET', path)).body;
    for (const id of ids) {
      const one = await entra.ask('GET', `${path}/${id}`);
      expect(one.status).toBe(200);
      expect(Resources).toContainEqual(one.body);
      expect(one.body['meta'].location).toMatch(new RegExp(`${path}/${id}$`));
    }
    expect(await entra.ask('GET', `${path}/none`)).toMatchObject({ status: 404, body: { status: '404' } });
  });

  it('2.4 row 4: the core schemas are there, and each schema of a resource type', async () => {
    const all = (await entra.ask('GET', '/Schemas')).body['Resources'].map(({ id }: { id: string }) => id);
    expect(all).toEqual(expect.arrayContaining([CORE, GROUP, ENTERPRISE]));
    for (const { schema, schemaExtensions } of (await entra.ask('GET', '/ResourceTypes')).body['Resources']) {
      for (const id of [schema, ...schemaExtensions.map((each: { schema: string }) => each.schema)]) {
        expect((await entra.ask('GET', `/Schemas/${id}`)).status, id).toBe(200);
      }
    }
  });

  it.each(types)('2.4 row 5: %s are created, read, listed, replaced and deleted', async (path, bodyOf, name) => {
    const made = await entra.ask('POST', path, bodyOf('a'));
    expect(made.status).toBe(201);
    const at = `${path}/${made.body['id']}`;
    expect(await entra.ask('GET', at)).toMatchObject({ status: 200, body: made.body });
    expect((await entra.ask('GET', path)).body['Resources']).toEqual([made.body]);
    const put = await entra.ask('PUT', at, { ...bodyOf('a'), [name]: 'b' });
    expect(put).toMatchObject({ status: 200, body: { id: made.body['id'], [name]: 'b' } });
    expect((await entra.ask('DELETE', at)).status).toBe(204);
    expect((await entra.ask('GET', at)).status).toBe(404);
    expect((await entra.ask('GET', path)).body['totalResults']).toBe(0);
  });

  it.each(types)(
    '2.4 row 6: attributes and excludedAttributes of %s, alone, listed and searched',
    async (path, bodyOf, name) => {
      const whole = (await entra.ask('POST', path, bodyOf('a'))).body;
      const shown = async (names: Record<string, string>) => {
        const query = new URLSearchParams(names).toString();
        const lists = [
          await entra.ask('GET', `${path}?${query}`),
          await entra.ask('POST', `${path}/.search`, { ...names, startIndex: 1 }),
        ];
        return [
          (await entra.ask('GET', `${path}/${whole['id']}?${query}`)).body,
          ...lists.map(({ body }) => body['Resources'][0]),
        ];
      };
      const { schemas, id, externalId: _, ...rest } = whole;
      for (const each of await shown({ attributes: name })) expect(each).toEqual({ schemas, id, [name]: whole[name] });
      for (const each of await shown({ excludedAttributes: 'externalId' }))
        expect(each).toEqual({ schemas, id, ...rest });
    },
  );
});

describe('PATCH of everything that is advertised (entra.md 2.4)', () => {
  it('2.4 row 7: each attribute of users can be added, replaced and removed', async () => {
    const { id } = await entra.create('ada');
    const targets = targetsIn((await entra.ask('GET', '/Schemas')).body['Resources']);
    expect(targets.length).toBeGreaterThan(15);
    for (const path of targets.filter((each) => each !== 'active')) {
      const [first, second] = path.endsWith('dateOfEmployment')
        ? ['2024-01-15T00:00:00Z', '2024-02-15T00:00:00Z']
        : [`first ${path.length}`, `second ${path.length}`];
      const shows = async (op: string, value: string) =>
        JSON.stringify(await entra.change(id, { op, path, value })).includes(value);
      expect(await shows('add', first as string), path).toBe(true);
      expect(await shows('replace', second as string), path).toBe(true);
      const removed = await entra.send(id, { op: 'remove', path });
      const required = /^(userName|name\.|emails)/.test(path);
      expect(removed.status, path).toBe(required ? 400 : 200);
      if (!required) expect(JSON.stringify(await entra.read(id)), path).not.toContain(second);
    }
    for (const active of [false, true]) {
      expect((await entra.change(id, { op: 'replace', path: 'active', value: active }))['active']).toBe(active);
    }
  });

  it('2.4 row 7: the type of an element is immutable: it may be repeated, and anything else is refused (RFC 7643 section 7)', async () => {
    const phones = [{ type: 'mobile', value: '+45 1' }];
    const { id } = await entra.create('ada', { phoneNumbers: phones });
    const { attributes } = (await entra.ask('GET', `/Schemas/${CORE}`)).body;
    const { subAttributes } = attributes.find(({ name }: { name: string }) => name === 'phoneNumbers');
    expect(subAttributes).toContainEqual(expect.objectContaining({ name: 'type', mutability: 'immutable' }));
    const before = await entra.read(id);
    const [one, type] = ['phoneNumbers[type eq "mobile"]', 'phoneNumbers[value eq "+45 1"].type'];
    for (const value of ['mobile', 'Mobile']) {
      const whole = { op: 'replace', path: one, value: { type: value, value: '+45 1' } };
      expect(await entra.change(id, whole, { op: 'replace', path: type, value })).toEqual(before);
      expect(await entra.change(id, { op: 'add', value: { [`${one}.type`]: value } })).toEqual(before);
    }
    for (const operation of [
      { op: 'replace', path: `${one}.type`, value: 'work' },
      { op: 'add', path: type, value: 'work' },
      { op: 'replace', value: { [`${one}.type`]: 'work' } },
      { op: 'replace', path: one, value: { type: 'work', value: '+45 2' } },
      { op: 'replace', path: 'emails.type', value: 'home' },
      { op: 'replace', path: `${one}.type`, value: null },
      { op: 'remove', path: type },
    ]) {
      const refused = await entra.send(id, operation);
      expect(refused, JSON.stringify(operation)).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
      expect(refused.body['detail']).toMatch(/write the value to the element of the type that is meant/);
    }
    expect(await entra.read(id)).toEqual(before);
    // Of another element it says nothing.
    const other = 'phoneNumbers[type eq "work" and value eq "+45 1"].type';
    expect(await entra.send(id, { op: 'remove', path: other })).toMatchObject({ status: 200 });
  });

  it('2.4 row 7: each attribute of groups can be added, replaced and removed, and what is immutable cannot', async () => {
    const groups = groupsIn(account);
    const [a] = (await groups.people('a')) as [string];
    const { id } = await groups.create('Sales');
    const after = async (operation: object) => {
      expect((await groups.change(id, operation)).status).toBe(204);
      return (await groups.read(id)).body;
    };
    for (const op of ['add', 'replace']) {
      expect(await after({ op, path: 'displayName', value: `by ${op}` })).toMatchObject({ displayName: `by ${op}` });
      expect(await after({ op, path: 'externalId', value: `by ${op}` })).toMatchObject({ externalId: `by ${op}` });
      expect(await after({ op, path: 'members', value: [{ value: a }] })).toMatchObject({ members: [{ value: a }] });
    }
    const { attributes } = (await entra.ask('GET', `/Schemas/${GROUP}`)).body;
    type Definition = { name: string; mutability: string; subAttributes?: Definition[] };
    const [, , members] = attributes as Definition[];
    expect((attributes as Definition[]).map(({ name }) => name)).toEqual(['displayName', 'externalId', 'members']);
    const whole = { value: a, $ref: `https://x.example/Users/${a}`, type: 'User' };
    expect(await after({ op: 'replace', path: 'members', value: [whole] })).toMatchObject({
      members: [{ value: a, type: 'User', $ref: expect.stringMatching(new RegExp(`/scim/v2/Users/${a}$`)) }],
    });
    expect(members?.subAttributes?.map(({ name }) => name)).toEqual(['value', '$ref', 'type']);
    for (const { name, mutability } of members?.subAttributes ?? []) {
      expect(mutability, name).toBe('immutable');
      for (const op of ['add', 'replace', 'remove']) {
        const refused = await groups.change(id, { op, path: `members[value eq "${a}"].${name}`, value: 'x' });
        expect(refused, `${op} ${name}`).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
      }
    }
    for (const path of ['externalId', 'members']) expect(await after({ op: 'remove', path })).not.toHaveProperty(path);
    expect((await groups.change(id, { op: 'remove', path: 'displayName' })).status).toBe(400);
  });
});
