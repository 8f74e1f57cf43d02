import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway } from '../gateway.fixture.js';
import { CORE, ENTERPRISE, PRODUCT } from '../scim/attributes.js';
import {
  add,
  country,
  entraOn,
  flagged,
  mobile,
  remove,
  replace,
  workEmail,
  workPhone,
  type EntraCalls,
} from './entra.fixture.js';

let gateway: OpenGateway;
let entra: EntraCalls;
let id: string;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => {
  entra = entraOn(await gateway.newAccount());
  ({ id } = await entra.create('ada', { title: 'Countess', phoneNumbers: [{ type: 'mobile', value: '+45 1' }] }));
});
afterAll(() => gateway.close());

describe('PATCH shapes (entra.md 1.5)', () => {
  it('1.5.1 verbose: one capitalised operation per attribute', async () => {
    const read = await entra.change(id, replace('name.givenName', 'A'), add(country, 'UK'), remove('title'));
    expect(read).toMatchObject({ name: { givenName: 'A' }, addresses: [{ type: 'work', country: 'UK' }] });
    expect(read).not.toHaveProperty('title');
  });

  it('1.5.2 aadOptscim062020: one replace without a path, with flattened keys', async () => {
    const value = { displayName: 'x', 'name.givenName': 'A', [`${ENTERPRISE}:employeeNumber`]: '7' };
    const read = await entra.change(id, flagged(value));
    expect(read).toMatchObject({
      name: { givenName: 'A', familyName: 'Lovelace' },
      [ENTERPRISE]: { employeeNumber: '7' },
    });
    expect(JSON.stringify(read)).not.toContain('name.givenName');
  });

  it('1.5.3 flag: value paths as operations of their own, beside the object', async () => {
    const read = await entra.change(
      id,
      flagged({ title: 'Dr' }),
      { op: 'replace', path: workEmail, value: 'a@nordlys.example' },
      { op: 'add', path: country, value: 'UK' },
    );
    expect(read).toMatchObject({
      title: 'Dr',
      emails: [{ value: 'a@nordlys.example' }],
      addresses: [{ country: 'UK' }],
    });
  });

  it('1.5.4 an add without a path, with keys that are URNs or begin with one', async () => {
    const read = await entra.change(
      id,
      { op: 'add', value: { [ENTERPRISE]: { department: 'Engines' } } },
      { op: 'add', value: { [`${PRODUCT}:payrollNumber`]: '9', [`${CORE}:title`]: 'Dr' } },
    );
    expect(read).toMatchObject({
      [ENTERPRISE]: { department: 'Engines' },
      [PRODUCT]: { payrollNumber: '9' },
      title: 'Dr',
    });
  });

  it.each(['Add', 'Replace'])('1.5.5 %s of a path under the enterprise URN', async (op) =>
    expect((await entra.change(id, { op, path: `${ENTERPRISE}:department`, value: 'Engines' }))[ENTERPRISE]).toEqual({
      department: 'Engines',
    }),
  );

  it('1.5.6 paths under the core URN, also of userName and of the attributes added by hand', async () => {
    const read = await entra.change(
      id,
      replace(`${CORE}:userName`, 'a@nordlys.example'),
      add(`${CORE}:payrollNumber`, '12'),
      replace(`${CORE}:${workEmail}`, 'b@nordlys.example'),
    );
    expect(read).toMatchObject({
      userName: 'a@nordlys.example',
      emails: [{ value: 'b@nordlys.example' }],
      [PRODUCT]: { payrollNumber: '12' },
    });
  });

  it('1.5.7 active as "False" and "True", and as a boolean', async () => {
    const active = async (value: unknown) => (await entra.change(id, replace('active', value)))['active'];
    expect([await active('False'), await active('True'), await active(false), await active(true)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('1.5.8 active in an object without a path', async () =>
    expect((await entra.change(id, flagged({ active: false })))['active']).toBe(false));

  it.each<[string, string, object]>([
    ['title', 'x', { title: 'x' }],
    ['active', 'False', { active: false }],
    ['name.givenName', 'A', { name: { givenName: 'A', familyName: 'Lovelace' } }],
    [workEmail, 'a@nordlys.example', { emails: [{ type: 'work', value: 'a@nordlys.example' }] }],
    [mobile, '+45 9', { phoneNumbers: [{ type: 'mobile', value: '+45 9' }] }],
    [country, 'DK', { addresses: [{ type: 'work', country: 'DK' }] }],
    [`${ENTERPRISE}:department`, 'Engines', { [ENTERPRISE]: { department: 'Engines' } }],
  ])(
    '1.5.9 %s by Add of a value that is wrapped in a list, and again by a plain one',
    async (path, value, expected) => {
      const wrapped = await entra.change(id, add(path, [{ $ref: null, value }]));
      expect(wrapped).toMatchObject(expected);
      expect(await entra.change(id, add(path, value))).toEqual(wrapped);
    },
  );

  it('1.5.10 the first value of an attribute by Add, the next by Replace', async () => {
    const path = `${ENTERPRISE}:department`;
    expect((await entra.change(id, add(path, 'Engines')))[ENTERPRISE]).toEqual({ department: 'Engines' });
    expect((await entra.change(id, replace(path, 'Looms')))[ENTERPRISE]).toEqual({ department: 'Looms' });
  });

  it('1.5.11 a value path on a missing element makes it with its type', async () => {
    const read = await entra.change(id, replace(country, 'UK'), replace(workPhone, '+45 2'));
    expect(read['addresses']).toEqual([{ type: 'work', country: 'UK' }]);
    expect(read['phoneNumbers']).toHaveLength(2);
    expect(read['phoneNumbers']).toEqual(
      expect.arrayContaining([
        { type: 'work', value: '+45 2' },
        { type: 'mobile', value: '+45 1' },
      ]),
    );
  });

  it('1.5.11 several operations on one filter meet in one element', async () => {
    const street = 'addresses[type eq "work"].streetAddress';
    const read = await entra.change(id, add(street, 'Strandvejen 1'), add(country, 'UK'), replace(country, 'DK'));
    expect(read['addresses']).toEqual([{ type: 'work', country: 'DK' }]);
  });

  it('1.5.12 Remove of a value path takes the element away when only its type is left', async () => {
    await entra.change(id, add(workPhone, '+45 2'));
    const one = await entra.change(id, remove(mobile));
    expect(one['phoneNumbers']).toEqual([{ type: 'work', value: '+45 2' }]);
    expect(await entra.change(id, remove(workPhone))).not.toHaveProperty('phoneNumbers');
  });

  it('1.5.12 Remove of what is not there succeeds', async () => {
    const before = await entra.read(id);
    expect(
      await entra.change(id, remove(workPhone), remove(country), remove('phoneNumbers[type eq "fax"].value')),
    ).toEqual(before);
  });

  it.each(['', null])('1.5.13 Replace by %j clears: verbose, flagged and by value path', async (value) => {
    expect(await entra.change(id, replace('title', value))).not.toHaveProperty('title');
    expect(await entra.change(id, replace(mobile, value))).not.toHaveProperty('phoneNumbers');
    await entra.change(id, add('title', 'Dr'));
    expect(await entra.change(id, flagged({ title: value }))).not.toHaveProperty('title');
  });

  it.each(['title', 'name', workEmail, 'phoneNumbers', `${ENTERPRISE}:manager`, ENTERPRISE])(
    '1.5.13 Add of an empty list to %s adds nothing (RFC 7644 section 3.5.2.1)',
    async (path) => {
      const before = await entra.change(id, add(`${ENTERPRISE}:manager`, (await entra.create('boss'))['id']));
      expect(await entra.change(id, add(path, []))).toEqual(before);
      expect(await entra.change(id, { op: 'add', value: { [path]: [] } })).toEqual(before);
    },
  );

  it('1.5.13 Replace by an empty list clears', async () => {
    const path = `${ENTERPRISE}:manager`;
    await entra.change(id, add(path, (await entra.create('boss'))['id']));
    const read = await entra.change(id, replace(path, []), replace('phoneNumbers', []), flagged({ title: [] }));
    for (const name of [ENTERPRISE, 'phoneNumbers', 'title']) expect(read).not.toHaveProperty([name]);
  });

  it.each([
    add('roles', [{ value: '{"id":"1","value":"User","displayName":"User"}' }]),
    replace('roles[primary eq "True"].value', 'User'),
    replace('roles[primary eq "True"].display', 'User'),
  ])('1.5.14 roles are taken and not kept: the product has none in its table (P2): %j', async (operation) => {
    const read = await entra.change(id, operation, replace('title', 'Dr'));
    expect(read['title']).toBe('Dr');
    expect(read).not.toHaveProperty('roles');
  });
});
