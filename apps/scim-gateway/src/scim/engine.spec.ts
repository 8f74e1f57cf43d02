import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, PRODUCT, type UserValues } from './attributes.js';
import { applyPatch } from './engine.js';

const ada: UserValues = {
  userName: 'ada@x.org',
  givenName: 'Ada',
  familyName: 'King',
  email: 'ada@x.org',
  active: true,
  department: 'Engines',
  workPhone: '1',
  mobile: '2',
};
const patch = (...Operations: object[]) => applyPatch(ada, { Operations }, 'id-1');
const refuses = (scimType: string | undefined, ...operations: object[]) =>
  expect(() => patch(...operations)).toThrow(expect.objectContaining({ scimType }));

describe('a PATCH', () => {
  it('is atomic: an error leaves everything as it was (trap 13)', () => {
    const before = { ...ada };
    refuses(
      'invalidPath',
      { op: 'replace', path: 'title', value: 'Dr' },
      { op: 'replace', path: 'shoeSize', value: '44' },
    );
    expect(ada).toEqual(before);
  });

  it('keeps the order of its operations', () => {
    const title = (...operations: object[]) => patch(...operations).values.title;
    expect(
      title(
        { op: 'add', path: 'title', value: 'a' },
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: 'b' },
      ),
    ).toBe('b');
    expect(title({ op: 'add', path: 'title', value: 'a' }, { op: 'remove', path: 'title' })).toBeUndefined();
  });

  it.each([
    ['userName', 'userName'],
    ['name.familyName', 'name.familyName'],
    ['name', 'name.givenName'],
    ['emails', 'emails'],
    ['emails[type eq "work"].value', 'emails'],
    ['active', 'active'],
    [`${CORE}:userName`, 'userName'],
  ])('cannot remove the required %s (P4, RFC 7644 section 3.5.2.2)', (path, named) => {
    for (const [scimType, operation] of [
      ['mutability', { op: 'remove', path }],
      ['invalidValue', { op: 'replace', path, value: null }],
      ['invalidValue', { op: 'replace', path, value: '' }],
    ] as const) {
      refuses(scimType, operation);
      expect(() => patch(operation)).toThrow(named);
    }
  });

  it('may remove a required attribute and add it again', () =>
    expect(
      patch({ op: 'remove', path: 'userName' }, { op: 'add', path: 'userName', value: 'b@x.org' }).values.userName,
    ).toBe('b@x.org'));

  it('takes a blank text for a missing one where one is required', () =>
    refuses('invalidValue', { op: 'replace', path: 'name.givenName', value: '  ' }));

  it('replaces a list as a whole and adds to it one by one', () => {
    const value = [{ type: 'mobile', value: '9' }];
    expect(patch({ op: 'replace', path: 'phoneNumbers', value }).values).toMatchObject({ mobile: '9' });
    expect(patch({ op: 'replace', path: 'phoneNumbers', value }).values.workPhone).toBeUndefined();
    expect(patch({ op: 'add', path: 'phoneNumbers', value }).values).toMatchObject({ mobile: '9', workPhone: '1' });
  });

  it('removes from a list what is named and nothing else (trap 6)', () => {
    const remove = (value: unknown) => patch({ op: 'remove', path: 'phoneNumbers', value }).values;
    expect(remove([{ type: 'mobile' }])).not.toHaveProperty('mobile');
    expect(remove([{ type: 'mobile' }])).toHaveProperty('workPhone', '1');
    expect(remove([{ value: '1' }])).not.toHaveProperty('workPhone');
    for (const nobody of [[{ value: '3' }], [], '']) expect(remove(nobody)).toEqual(ada);
    expect(remove(undefined)).not.toHaveProperty('mobile');
  });

  it('merges the sub-attributes of a complex attribute', () =>
    expect(patch({ op: 'replace', path: 'name', value: { givenName: 'A' } }).values).toMatchObject({
      givenName: 'A',
      familyName: 'King',
    }));

  it('reads an extension’s URN as a path', () => {
    expect(patch({ op: 'add', path: PRODUCT, value: { payrollNumber: 7 } }).values.payrollNumber).toBe('7');
    expect(patch({ op: 'remove', path: ENTERPRISE }).values.department).toBeUndefined();
  });

  it('refuses a filter that matches nothing and describes nothing', () => {
    refuses('noTarget', { op: 'replace', path: 'emails[value eq "b@x.org"].value', value: 'c@x.org' });
    refuses('noTarget', { op: 'remove' });
    refuses('noTarget', { op: 'remove', value: { title: 'x' } });
  });

  it('finds an element by what it holds', () =>
    expect(patch({ op: 'replace', path: 'emails[value eq "ADA@x.org"].value', value: 'c@x.org' }).values.email).toBe(
      'c@x.org',
    ));

  it('refuses to change what is read-only, but not to repeat it', () => {
    refuses('mutability', { op: 'replace', path: 'id', value: 'id-2' });
    refuses('mutability', { op: 'replace', value: { id: 'id-2' } });
    refuses('mutability', { op: 'remove', path: 'id' });
    refuses('mutability', { op: 'add', path: 'meta.created', value: 'x' });
    refuses('mutability', { op: 'replace', path: 'meta.resourceType', value: 'Group' });
    for (const op of ['add', 'replace', 'remove']) refuses('mutability', { op, path: 'schemas', value: [CORE] });
    expect(
      patch({ op: 'replace', value: { id: 'id-1', meta: { resourceType: 'User' }, schemas: [CORE] } }),
    ).toMatchObject({ values: ada, ignored: [] });
  });

  it('skips and names what is not kept', () =>
    expect(
      patch(
        { op: 'add', path: 'displayName', value: 'x' },
        { op: 'add', path: 'urn:acme:2.0:User:shoe', value: '44' },
        { op: 'add', path: 'phoneNumbers[type eq "fax"].value', value: '3' },
        { op: 'add', path: 'phoneNumbers[primary eq true].value', value: '3' },
        {
          op: 'replace',
          value: { shoeSize: 44, 'name.shoe': 1, 'a b': 1, [ENTERPRISE]: { costCenter: 'c', shoe: 1 } },
        },
      ).ignored,
    ).toEqual([
      'displayName',
      'urn:acme:2.0:User:shoe',
      'phoneNumbers[type eq "fax"].value',
      'phoneNumbers[primary eq true].value',
      'shoeSize',
      'name.shoe',
      'a b',
      `${ENTERPRISE}:costCenter`,
      `${ENTERPRISE}:shoe`,
    ]));

  it('says what it spoke of and how the account spells it', () => {
    const { touched, spellings } = patch({ op: 'add', value: { jobTitle: 'x', department: 'Engines', title: null } });
    expect(touched.toSorted()).toEqual(['department', 'title']);
    expect(spellings).toEqual(['jobTitle', 'department']);
    expect(patch({ op: 'add', path: `${CORE}:dateOfEmployment`, value: '2024-01-15' }).spellings).toEqual([
      'dateOfEmployment',
    ]);
    expect(patch({ op: 'add', path: 'title', value: 'x' }).spellings).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    ['a number', 'title', 5],
    ['an object', 'title', { a: 1 }],
    ['two values', 'title', ['a', 'b']],
    ['NUL', 'title', 'a\0b'],
    ['half a character', 'title', '\ud800'],
    ['half a character in a user name', 'userName', 'a\udc00'],
    ['no date', `${PRODUCT}:dateOfEmployment`, 'soon'],
    ['too long a name', 'userName', 'x'.repeat(600)],
    ['a boolean', 'externalId', true],
    ['nested lists', 'title', [[['a']]]],
    ['two managers', 'manager', [{ value: 'a' }, { value: 'b' }]],
    ['a text', 'name', 'Ada King'],
    ['a text for an extension', ENTERPRISE, 'x'],
  ])('refuses %s as value of %s', (_, path, value) => refuses('invalidValue', { op: 'replace', path, value }));

  it.each<[string, unknown]>([
    ['no object', []],
    ['no operations', {}],
    ['an empty list', { Operations: [] }],
    ['an operation that is none', { Operations: ['x'] }],
    ['an unknown operation', { Operations: [{ op: 'move', path: 'title', value: 'x' }] }],
  ])('refuses %s', (_, body) =>
    expect(() => applyPatch(ada, body)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidSyntax' })),
  );

  it('refuses broken paths, missing values and too much', () => {
    for (const path of ['title.', 'emails[', 'shoeSize', 'name.shoe', `${ENTERPRISE}:shoe`, 'title.value', 5]) {
      refuses('invalidPath', { op: 'replace', path, value: 'x' });
    }
    refuses('invalidValue', { op: 'replace', path: 'title' });
    refuses('invalidValue', { op: 'add', value: 'x' });
    const many = Array.from({ length: 1001 }, () => ({ op: 'add', path: 'title', value: 'x' }));
    expect(() => patch(...many)).toThrow(expect.objectContaining({ status: 413 }));
  });

  it('reads names of members in any case', () =>
    expect(applyPatch(ada, { operations: [{ OP: 'REPLACE', Path: 'TITLE', Value: 'x' }] }).values.title).toBe('x'));
});
