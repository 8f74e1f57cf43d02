import { describe, expect, it } from 'vitest';
import { matches } from './filter.evaluate.js';
import { parseFilter } from './filter.parser.js';
import { parseQuery } from './query.js';

const id = '2819c223-7f76-453a-919d-413861904646';
const manager = '26118915-6090-4610-87e4-49d8ca9f808d';
const barbara = {
  id,
  created: new Date('2024-01-23T04:56:22.123Z'),
  modified: new Date('2024-05-13T04:42:34Z'),
  values: {
    userName: 'Barbara@Example.com',
    email: 'barbara@example.com',
    givenName: 'Barbara',
    familyName: 'Jensen',
    active: false,
    externalId: '0AB1',
    manager,
    mobile: '+45 12',
    country: '100%_sure',
    employmentDate: '2024-01-15T00:00:00.1234567Z',
  },
} as const;

const isFound = (text: string) => matches(parseFilter(text), barbara);

describe('matching queries of Entra (section 1.3)', () => {
  it.each([
    ['match user, in any case, inactive ones too', 'userName eq "bARBARA@example.COM"'],
    ['match by external id', 'externalId eq "0AB1"'],
    ['match by external id without quotes', 'externalId eq 0AB1'],
    ['match by mail', 'emails[type eq "work"].value eq "BARBARA@example.com"'],
    ['match by mail, short', 'emails.value eq "barbara@example.com"'],
    ['match by mail, shortest', 'emails eq "barbara@example.com"'],
    ['match by mail, value path alone', 'emails[type eq "Work" and value eq "barbara@example.com"]'],
    ['compound', 'userName eq "barbara@example.com" and externalId eq "0AB1"'],
    ['reference check', `id eq "${id}" and manager eq "${manager}"`],
    ['reference check in the other order and without quotes', `manager eq ${manager} and id eq ${id}`],
    ['reference check by URN', `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "${manager}"`],
    [
      'URN-prefixed names (rancher#54871)',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "barbara@example.com"',
    ],
    [
      'Postman: mixed-case attribute, unquoted',
      'name.FamilyName eq Jensen and (emails.Value co example.com or title pr)',
    ],
    ['Postman: sw', 'userName sw B'],
    ['Postman: meta.Created gt', 'meta.Created gt "2023-12-31T23:59:59Z"'],
    ['suvera: co', 'name.familyName co "ens"'],
    ['dates are compared as times', 'meta.created eq "2024-01-23T05:56:22.123+01:00"'],
    ['dates keep their fraction', 'dateOfEmployment gt "2024-01-15T00:00:00.123Z"'],
    ['resource type', 'meta.resourceType eq "User"'],
    ['boolean as a text', 'active eq "False"'],
    ['primary', 'emails[primary eq true].value ew "@example.com"'],
    ['multi-valued presence', 'phoneNumbers pr and not (addresses[type eq "home"])'],
    ['type of an element', 'phoneNumbers.type eq "mobile" and not (phoneNumbers.type eq "work")'],
    ['an absent value differs from any', 'title ne "x"'],
    ['null is absence', 'title eq null and userName ne null'],
    ['% and _ are letters', 'addresses.country sw "100%_" and not (addresses.country sw "100__")'],
    ['attributes that are not kept have no value', 'displayName ne "x" and not (nickName pr)'],
    ['foreign schemas have no value', 'not (urn:example:2.0:User:shoe pr)'],
  ])('%s: %s', (_, text) => expect(isFound(text)).toBe(true));

  it.each([
    ['test connection with a random id', 'userName eq "7f0a8f2e-2c0c-4b60-a6f8-0e6d2f9d7c11"'],
    ['external id in another case', 'externalId eq "0ab1"'],
    ['id in another case', `id eq "${id.toUpperCase()}"`],
    ['id that is none', 'id eq "x"'],
    ['home mail', 'emails[type eq "home"].value eq "barbara@example.com"'],
    ['attribute that is not kept', 'displayName eq "Barbara"'],
  ])('finds nobody for %s: %s', (_, text) => expect(isFound(text)).toBe(false));

  it.each([
    'shoeSize eq 44',
    'active gt true',
    'active co "t"',
    'active eq "perhaps"',
    'meta.created co "2024"',
    'title gt null',
    'meta.created eq "yesterday"',
    'emails[shoe eq "x"]',
    'name.shoe pr',
    'meta.version pr',
    'userName.value pr',

    String.raw`userName eq "\u0000"`,
    String.raw`userName eq "\ud800"`,
    'urn:ietf:params:scim:schemas:core:2.0:User pr',
  ])('refuses %s', (text) =>
    expect(() => isFound(text)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidFilter' })),
  );

  it('decodes values with special characters (trap 11)', () => {
    const query = parseQuery('/Users?filter=userName+eq+%22o%27neil%2Bhr%26a%25%40x.org%22');
    expect(parseFilter(query.get('filter') ?? '')).toMatchObject({ value: "o'neil+hr&a%@x.org" });
  });
});
