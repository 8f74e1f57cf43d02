import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, PRODUCT, type UserValues } from './attributes.js';
import { applyPatch } from './engine.js';
import { parseReplacement, parseUser } from './parse.js';

const ada: UserValues = {
  userName: 'ada@x.org',
  givenName: 'Ada',
  familyName: 'King',
  email: 'ada@x.org',
  active: true,
  title: 'Dr',
  department: 'Engines',
  manager: 'm1',
  workPhone: '1',
  employeeNumber: '7',
};
const body = {
  userName: 'ada@x.org',
  name: { givenName: 'Ada', familyName: 'King' },
  emails: [{ type: 'work', value: 'ada@x.org' }],
};

/** What PATCH, with the object as its value, and PUT make of several spellings in one object. */
const ways = [
  ['PATCH', (object: object) => applyPatch(ada, { Operations: [{ op: 'replace', value: object }] }).values],
  ['PUT', (object: object) => parseReplacement({ ...body, ...object }, ada).values],
] as const;

describe('an attribute that /Schemas shows in two places', () => {
  const both = (enterprise: string, product: string) => ({
    [PRODUCT]: { employeeNumber: product },
    [ENTERPRISE]: { employeeNumber: enterprise },
  });

  it.each(ways)('filled in twice by a %s has the value of the first place', (_, values) =>
    expect(values(both('8', '9'))).toMatchObject({ employeeNumber: '8' }),
  );

  it.each(ways)('under a third name as well is unclear, by a %s', (_, values) =>
    expect(() => values({ ...both('8', '9'), employeeNumber: '10' })).toThrow(/are one attribute/),
  );
});

describe.each(ways)('several spellings of one attribute in one object of a %s', (_, values) => {
  it.each<[string, object, object]>([
    ['title and jobTitle', { title: 'Prof', jobTitle: 'Dr' }, { title: 'Prof' }],
    ['jobTitle and title', { jobTitle: 'Prof', title: 'Dr' }, { title: 'Prof' }],
    ['two cases', { title: 'Prof', Title: 'Dr' }, { title: 'Prof' }],
    ['a schema that is not known', { 'urn:acme:x:2.0:User:title': 'F', title: 'Prof' }, { title: 'Prof' }],
    ['a URN and none', { [`${CORE}:title`]: 'Prof', title: 'Dr' }, { title: 'Prof' }],
    [
      'an extension and a bare name',
      { [ENTERPRISE]: { department: 'Sales' }, department: 'Engines' },
      { department: 'Sales' },
    ],
    [
      'two extensions',
      { [PRODUCT]: { employeeNumber: '8' }, [ENTERPRISE]: { employeeNumber: '7' } },
      { employeeNumber: '8' },
    ],
    [
      'two cases inside an extension',
      { [ENTERPRISE]: { department: 'Sales', Department: 'Engines' } },
      { department: 'Sales' },
    ],
    ['managers', { [ENTERPRISE]: { manager: { value: 'm2' } }, manager: 'm1' }, { manager: 'm2' }],
    ['two cases inside a complex value', { manager: { value: 'm2', Value: 'm1' } }, { manager: 'm2' }],
    [
      'a dotted name and an object',
      { 'name.givenName': 'Augusta', name: { givenName: 'Ada', familyName: 'King' } },
      { givenName: 'Augusta', familyName: 'King' },
    ],
    [
      'a value path and a list',
      { 'phoneNumbers[type eq "work"].value': '2', phoneNumbers: [{ type: 'work', value: '1' }] },
      { workPhone: '2' },
    ],
    ['nothing and a value', { title: 'Dr', jobTitle: null }, { title: 'Dr' }],
    ['the same twice', { title: 'Prof', jobTitle: 'Prof' }, { title: 'Prof' }],
    ['what is stored twice', { title: 'Dr', jobTitle: 'Dr' }, { title: 'Dr' }],
    ['the new value twice beside the old one', { title: 'Prof', jobTitle: 'Prof', JobTitle: 'Dr' }, { title: 'Prof' }],
  ])('come to the one that differs from what is stored: %s', (_name, object, expected) =>
    expect(values(object)).toMatchObject(expected),
  );

  it.each<[object, string[]]>([
    [{ title: 'Prof', jobTitle: 'Lady' }, ['title', 'jobTitle']],
    [{ [ENTERPRISE]: { department: 'A' }, department: 'B' }, [`${ENTERPRISE}:department`, 'department']],
    [{ manager: { value: 'm2', Value: 'm3' } }, ['manager.value', 'manager.Value']],
    [{ name: { givenName: 'A', familyName: 'King' }, 'name.givenName': 'B' }, ['name.givenName']],
  ])('are refused by name when two differ from each other and from what is stored: %j', (object, names) => {
    const read = () => values(object);
    expect(read).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));
    for (const name of names) expect(read).toThrow(name);
  });
});

it('a POST has nothing stored to compare with: two different values are refused', () => {
  expect(() => parseUser({ ...body, title: 'A', jobTitle: 'B' })).toThrow(/title and jobTitle/);
  expect(parseUser({ ...body, title: 'A', jobTitle: 'A' }).values.title).toBe('A');
  expect(parseUser({ ...body, title: null, jobTitle: 'B' }).values.title).toBe('B');
});

it('operations of a PATCH come one after the other: the last one of several spellings wins', () =>
  expect(
    applyPatch(ada, {
      Operations: [
        { op: 'replace', path: 'title', value: 'A' },
        { op: 'replace', path: 'jobTitle', value: 'B' },
      ],
    }).values.title,
  ).toBe('B'));
