import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, MALFORMED_ENTERPRISE, PRODUCT, type UserValues } from './attributes.js';
import { applyPatch } from './engine.js';

const ada: UserValues = {
  userName: 'ada@x.org',
  givenName: 'Ada',
  familyName: 'King',
  email: 'ada@x.org',
  active: true,
  title: 'Countess',
  mobile: '+44 1',
};

type Operation = { op: string; path?: string | null; value?: unknown };
const patch = (...Operations: Operation[]) =>
  applyPatch(ada, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }, 'id-1');
const becomes = (operations: Operation[], changes: Record<string, unknown>) =>
  expect(patch(...operations).values).toEqual(
    Object.fromEntries(Object.entries({ ...ada, ...changes }).filter(([, value]) => value !== undefined)),
  );
const mobile = 'phoneNumbers[type eq "mobile"].value';
const country = 'addresses[type eq "work"].country';

describe('PATCH shapes of Entra (section 1.5)', () => {
  it('P1 default dialect: one capitalised operation per attribute', () =>
    becomes(
      [
        { op: 'Replace', path: 'name.givenName', value: 'Augusta' },
        { op: 'Add', path: country, value: 'UK' },
        { op: 'Remove', path: 'title' },
      ],
      { givenName: 'Augusta', country: 'UK', title: undefined },
    ));

  it('P2 flag dialect: one no-path replace with flattened keys', () => {
    const value = { displayName: 'x', 'name.givenName': 'A', [`${ENTERPRISE}:employeeNumber`]: '7' };
    becomes([{ op: 'replace', value }], { givenName: 'A', employeeNumber: '7' });
    expect(patch({ op: 'replace', value }).ignored).toEqual(['displayName']);
    becomes([{ op: 'replace', value: { 'emails[type eq "work"].value': 'a@x.org' } }], { email: 'a@x.org' });
  });

  it('P3 flag dialect: value paths as operations of their own, mixed with a no-path one', () =>
    becomes(
      [
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x.org' },
        { op: 'replace', value: { title: 'Dr', active: false } },
      ],
      { email: 'a@x.org', title: 'Dr', active: false },
    ));

  it('P4 no-path add with URN keys, flat and nested', () =>
    becomes(
      [
        { op: 'add', value: { [ENTERPRISE]: { department: 'Engines', manager: { value: 'm1' } } } },
        { op: 'add', value: { [`${PRODUCT}:payrollNumber`]: '9', [`${CORE}:title`]: 'Dr' } },
      ],
      { department: 'Engines', manager: 'm1', payrollNumber: '9', title: 'Dr' },
    ));

  it.each([ENTERPRISE, MALFORMED_ENTERPRISE, ENTERPRISE.toUpperCase()])('P5 enterprise path %s', (urn) =>
    becomes([{ op: 'Add', path: `${urn}:department`, value: 'Engines' }], { department: 'Engines' }),
  );

  it('P6 core URN paths, also for userName and custom attributes', () =>
    becomes(
      [
        { op: 'Replace', path: `${CORE}:userName`, value: 'a@x.org' },
        { op: 'Add', path: `${CORE}:payrollNumber`, value: '12' },
        { op: 'Add', path: `${CORE}:emails[type eq "work"].value`, value: 'b@x.org' },
      ],
      { userName: 'a@x.org', payrollNumber: '12', email: 'b@x.org' },
    ));

  it.each([
    ['False', false],
    ['True', true],
    ['false', false],
    [false, false],
  ])('P7 active as %j is %j (trap 1)', (value, active) =>
    becomes([{ op: 'Replace', path: 'active', value }], { active }),
  );

  it('P7 active by add and by an unreadable text', () => {
    becomes([{ op: 'Add', path: 'active', value: 'False' }], { active: false });
    expect(() => patch({ op: 'Replace', path: 'active', value: 'maybe' })).toThrow(/active must be true or false/);
  });

  it('P8 active inside a no-path object', () =>
    becomes([{ op: 'replace', value: { active: false } }], { active: false }));

  it('P9 scalar wrapped in a list', () =>
    becomes([{ op: 'Add', path: 'title', value: [{ $ref: null, value: 'Dr' }] }], { title: 'Dr' }));

  it('P10 first population by Add', () =>
    becomes([{ op: 'Add', path: 'externalId', value: 'e1' }], { externalId: 'e1' }));

  it('P11 value path on a missing element makes it; repeated ones meet in one', () =>
    becomes(
      [
        { op: 'Add', path: 'addresses[type eq "work"].streetAddress', value: 'Strandvejen 1' },
        { op: 'Replace', path: country, value: 'DK' },
        { op: 'Replace', path: 'addresses[TYPE EQ "Work"].Country', value: 'SE' },
        { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '1' },
      ],
      { country: 'SE', workPhone: '1' },
    ));

  it('P12 remove with a value path, and of nothing', () => {
    becomes([{ op: 'Remove', path: mobile }], { mobile: undefined });
    becomes([{ op: 'Remove', path: 'phoneNumbers[type eq "mobile"]' }], { mobile: undefined });
    becomes([{ op: 'Remove', path: 'phoneNumbers[type eq "work"].value' }], {});
    becomes([{ op: 'Remove', path: 'phoneNumbers[type eq "fax"]' }], {});
  });

  it.each(['', null, []])('P13 cleared by replacement with %j (trap 4)', (value) => {
    becomes([{ op: 'Replace', path: 'title', value }], { title: undefined });
    becomes([{ op: 'Replace', path: mobile, value }], { mobile: undefined });
    becomes([{ op: 'replace', value: { title: value } }], { title: undefined });
  });

  it('P14 roles are skipped in every form', () => {
    const { values, ignored } = patch(
      { op: 'Add', path: 'roles', value: [{ value: '{"id":"1","value":"User","displayName":"User"}' }] },
      { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'User' },
      { op: 'Replace', path: 'roles[0].primary', value: 'True' },
    );
    expect(values).toEqual(ada);
    expect(ignored).toEqual(['roles', 'roles[primary eq "True"].value', 'roles[0].primary']);
  });

  describe('P15 manager', () => {
    it.each<[string, Operation]>([
      ['text', { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'm1' }],
      ['object', { op: 'Replace', path: `${ENTERPRISE}:manager`, value: { value: 'm1' } }],
      ['legacy list', { op: 'Add', path: 'manager', value: [{ $ref: 'http://x/Users/m1', value: 'm1' }] }],
      ['bare', { op: 'Add', path: 'manager', value: 'm1' }],
      ['sub-path', { op: 'Replace', path: 'manager.value', value: 'm1' }],
      ['no-path text', { op: 'replace', value: { [`${ENTERPRISE}:manager`]: 'm1' } }],
      ['no-path dotted', { op: 'replace', value: { [`${ENTERPRISE}:manager.value`]: 'm1' } }],
      ['nested', { op: 'replace', value: { [ENTERPRISE]: { manager: { value: 'm1', displayName: 'M' } } } }],
      ['address only', { op: 'Add', path: 'manager', value: { $ref: 'https://x/scim/v2/Users/m1' } }],
    ])('set by %s', (_, operation) => becomes([operation], { manager: 'm1' }));

    it.each<[string, Operation]>([
      ['Remove', { op: 'Remove', path: `${ENTERPRISE}:manager` }],
      ['Remove with its value', { op: 'Remove', path: 'manager', value: [{ value: 'm1' }] }],
      ['""', { op: 'Replace', path: `${ENTERPRISE}:manager`, value: '' }],
      ['null', { op: 'Replace', path: 'manager', value: null }],
      ['an empty value', { op: 'Replace', path: 'manager', value: { value: null } }],
      ['a value path', { op: 'remove', path: 'manager[value eq "m1"]' }],
      ['a no-path null', { op: 'replace', value: { manager: null } }],
    ])('removed by %s', (_, operation) =>
      expect(applyPatch({ ...ada, manager: 'm1' }, { Operations: [operation] }).values).toEqual(ada),
    );

    it('stays when another one is removed', () => {
      const led = { ...ada, manager: 'm1' };
      const others = [
        { op: 'remove', path: 'manager[value eq "m2"]' },
        { op: 'Remove', path: 'manager', value: [{ value: 'm2' }] },
      ];
      for (const other of others) expect(applyPatch(led, { Operations: [other] }).values).toEqual(led);
    });
  });
});
