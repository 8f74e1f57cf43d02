import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { managerOf, openGateway, person, type OpenGateway } from '../gateway.fixture.js';
import { ENTERPRISE } from '../scim/attributes.js';
import type { SchemaResource } from '../scim/schemas.js';
import { add, country, entraOn, mobile, remove, replace, workEmail, type EntraCalls } from './entra.fixture.js';

let gateway: OpenGateway;
let entra: EntraCalls;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  entra = entraOn(await gateway.newAccount());
});
afterAll(() => gateway.close());

const path = `${ENTERPRISE}:manager`;

describe('users in scimvalidator.microsoft.com (entra.md 2.2)', () => {
  it('2.2 row 1: a created user has the values that were sent', async () => {
    const { schemas: _, meta: __, roles: ___, emails, ...simple } = person('ada', { title: 'Analyst' });
    const { status, body } = await entra.ask('POST', '/Users', person('ada', { ...simple, emails }));
    expect(status).toBe(201);
    const found = await entra.find('userName eq "ada@nordlys.example"');
    expect(found.body['Resources']).toMatchObject([{ id: body['id'], ...simple, emails: emails as object[] }]);
  });

  it('2.2 row 2: a duplicate user is 409', async () => {
    await entra.create('ada');
    expect((await entra.ask('POST', '/Users', person('ada'))).status).toBe(409);
  });

  it('2.2 row 3: a filter finds one, none, and one in another case', async () => {
    const { id } = await entra.create('ada');
    expect(await entra.idsBy('userName eq "ada@nordlys.example"')).toEqual([id]);
    expect(await entra.idsBy(`userName eq "${randomUUID()}"`)).toEqual([]);
    expect(await entra.idsBy('userName eq "ADA@NORDLYS.EXAMPLE"')).toEqual([id]);
  });

  it.each(['Replace', 'Add'])('2.2 row 4: %s of attributes, verbose', async (op) => {
    const { id } = await entra.create('ada');
    const read = await entra.change(
      id,
      ...Object.entries({
        'name.givenName': 'A',
        'name.familyName': 'L',
        [workEmail]: 'x@y',
        [mobile]: '1',
        title: 'T',
      }).map(([at, value]) => ({ op, path: at, value })),
    );
    expect(read).toMatchObject({
      name: { givenName: 'A', familyName: 'L' },
      emails: [{ type: 'work', value: 'x@y' }],
      phoneNumbers: [{ type: 'mobile', value: '1' }],
      title: 'T',
    });
  });

  it('2.2 row 5: a new userName is found', async () => {
    const { id } = await entra.create('ada');
    await entra.change(id, replace('userName', 'new@nordlys.example'));
    expect(await entra.idsBy('userName eq "new@nordlys.example"')).toEqual([id]);
  });

  it('2.2 row 6: a disabled user is shown as inactive', async () => {
    const { id } = await entra.create('ada');
    expect(await entra.change(id, replace('active', false))).toMatchObject({ id, active: false });
  });

  it('2.2 row 7: a manager is added, replaced and removed', async () => {
    const [b, c] = [await entra.create('b'), await entra.create('c')];
    const { id } = await entra.create('ada');
    expect(managerOf(await entra.change(id, add(path, b['id'])))).toBe(b['id']);
    expect(managerOf(await entra.change(id, replace(path, c['id'])))).toBe(c['id']);
    expect(managerOf(await entra.change(id, replace(path, '')))).toBeUndefined();
  });

  it('2.2 row 8: a deleted user is 204, then 404', async () => {
    const { id } = await entra.create('ada');
    expect((await entra.ask('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await entra.ask('GET', `/Users/${id}`)).status).toBe(404);
  });

  it('2.2 row 14: operations on different attributes in one PATCH are all done', async () => {
    const { id } = await entra.create('ada', { title: 'x' });
    const operations = [
      replace('name.givenName', 'A'),
      add(country, 'DK'),
      remove('title'),
      replace('active', 'False'),
    ];
    const read = await entra.change(id, ...operations);
    expect(read).toMatchObject({ name: { givenName: 'A' }, addresses: [{ country: 'DK' }], active: false });
    expect(read).not.toHaveProperty('title');
  });

  it('2.2 row 15: operations on one attribute in one PATCH are done in order', async () => {
    const { id } = await entra.create('ada', { title: 'x' });
    expect(await entra.change(id, remove('title'), add('title', 'y'), replace('title', 'z'))).toMatchObject({
      title: 'z',
    });
    expect(await entra.change(id, replace('title', 'a'), remove('title'))).not.toHaveProperty('title');
  });

  it('2.2 row 16: an unknown user cannot be deleted, nor one twice', async () => {
    expect((await entra.ask('DELETE', `/Users/${randomUUID()}`)).status).toBe(404);
    const { id } = await entra.create('ada');
    const twice = [await entra.ask('DELETE', `/Users/${id}`), await entra.ask('DELETE', `/Users/${id}`)];
    expect(twice.map(({ status }) => status)).toEqual([204, 404]);
  });
});

describe('quirks of scimvalidator.microsoft.com (entra.md 2.2)', () => {
  it('2.2 quirk: roles[0].primary is "True"', async () => {
    const { id } = await entra.create('ada', { roles: [{ primary: 'True', value: 'x', display: 'x', type: 'x' }] });
    expect(await entra.change(id, replace('roles[0].primary', 'True'))).toMatchObject({ id });
  });

  it('2.2 quirk: what it stumbles over is not advertised', async () => {
    const schemas = (await entra.ask('GET', '/Schemas')).body['Resources'] as SchemaResource[];
    const names = schemas.flatMap(({ attributes }) =>
      attributes.flatMap(({ name, subAttributes = [] }) => [
        name,
        ...subAttributes.map((sub) => `${name}.${sub.name}`),
      ]),
    );
    expect(names).toContain('emails.value');
    for (const name of ['emails.display', 'emails.primary', 'password']) expect(names).not.toContain(name);
  });

  it.each(['userName', 'name.familyName', workEmail])(
    '2.2 quirk: the required %s cannot be removed',
    async (required) => {
      const { id } = await entra.create('ada');
      const before = await entra.read(id);
      expect(await entra.send(id, remove(required))).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
      expect(await entra.read(id)).toEqual(before);
    },
  );

  it.each(['2026-03-29T02:30:00+05:45', '2026-11-26T23:59:59.9999999-11:00'])(
    '2.2 quirk: a date of any time zone goes round: %s',
    async (value) => {
      const { id } = await entra.create('ada');
      expect((await entra.change(id, add('dateOfEmployment', value)))['dateOfEmployment']).toBe(value);
    },
  );
});
