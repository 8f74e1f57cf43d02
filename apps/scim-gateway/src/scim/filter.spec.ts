import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparisons, printFilter, printPath, type Filter, type Path } from './filter.ast.js';
import { parseFilter } from './filter.parser.js';
import { parsePath } from './path.js';

const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,8}$/);
const urn = fc.constantFrom(
  'urn:ietf:params:scim:schemas:core:2.0:User',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'urn:bitabiz:params:scim:schemas:extension:hr:2.0:User',
  'urn:other:thing:1.0',
);
const literal = fc.oneof(fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null));
const { filter, path } = fc.letrec<{ filter: Filter; path: Path; leaf: Filter }>((tie) => ({
  path: fc
    .record({ urn, name, where: tie('filter'), sub: name }, { requiredKeys: ['name'] })
    .filter((each) => !/^urn$/i.test(each.name)),
  leaf: fc.oneof(
    fc.record({ op: fc.constant('pr' as const), path: tie('path') }),
    fc.record({ op: fc.constantFrom(...comparisons), path: tie('path'), value: literal }),
  ),
  filter: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'filter', withCrossShrink: true },
    tie('leaf'),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    fc.record({ op: fc.constant('exists' as const), path: fc.record({ name, where: tie('filter') }) }),
  ),
})) as { filter: fc.Arbitrary<Filter>; path: fc.Arbitrary<Path> };

const refuses = (text: string) =>
  expect(() => parseFilter(text)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidFilter' }));

describe('a filter', () => {
  it('is the same after it was printed and parsed again', () =>
    fc.assert(
      fc.property(filter, (each) => {
        expect(parseFilter(printFilter(each))).toEqual(each);
      }),
    ));

  it('binds not before and, and before or', () => {
    expect(parseFilter('a pr or b pr and not (c pr) or d pr')).toEqual(
      parseFilter('a pr or (b pr and (not (c pr))) or d pr'),
    );
    expect(printFilter(parseFilter('(a pr or b pr) and c pr'))).toBe('(a pr or b pr) and c pr');
  });

  it('reads operators in any case', () =>
    expect(parseFilter('userName EQ "x" AND NOT (title Pr)')).toEqual(
      parseFilter('userName eq "x" and not (title pr)'),
    ));

  it('takes values without quotes, as Microsoft’s suites send them', () => {
    expect(parseFilter('externalId eq jyoung')).toEqual(parseFilter('externalId eq "jyoung"'));
    expect(
      parseFilter('name.FamilyName eq Young and (emails.Value co example.com or phoneNumbers.value sw +45)'),
    ).toEqual(
      parseFilter('name.FamilyName eq "Young" and (emails.Value co "example.com" or phoneNumbers.value sw "+45")'),
    );
    expect(parseFilter('id eq 1f and manager eq 2d')).toEqual(parseFilter('id eq "1f" and manager eq "2d"'));
  });

  it('reads numbers as their text, and true, false and null as such', () => {
    expect(parseFilter('employeeNumber eq 007')).toMatchObject({ value: '007' });
    expect(parseFilter('active eq True')).toMatchObject({ value: true });
    expect(parseFilter('title eq null')).toMatchObject({ value: null });
  });

  it('reads the escapes of JSON strings', () =>
    expect(parseFilter(String.raw`userName eq "a\"b\\c\u00e9"`)).toMatchObject({ value: 'a"b\\cé' }));

  it.each([
    '',
    ' ',
    'userName',
    'userName eq',
    'userName is "x"',
    'userName eq "x',
    'userName eq "x" and',
    '(userName pr',
    'userName pr)',
    'not userName pr',
    'emails[type eq "work"',
    'a.b.c pr',
    '"x" eq userName',
    'userName eq "\\x"',
    'userName eq "a" userName eq "b"',
    '[type eq "work"]',
    'emails[] pr',
    'userName eq (x)',
    'and',
    '1a pr',
  ])('that reads %s is refused', refuses);

  it('is refused when it is too long, too deep or has too many terms', () => {
    refuses(`userName eq "${'x'.repeat(9000)}"`);
    refuses(`${'('.repeat(40)}a pr${')'.repeat(40)}`);
    refuses(Array.from({ length: 300 }, () => 'a pr').join(' or '));
    expect(parseFilter(Array.from({ length: 100 }, () => '(a pr)').join(' or '))).toMatchObject({ op: 'or' });
  });
});

describe('an attribute path', () => {
  it('is the same after it was printed and parsed again', () =>
    fc.assert(
      fc.property(path, (each) => {
        expect(parsePath(printPath(each))).toEqual(each);
      }),
    ));

  it.each([
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'enterprise:2.0:User', 'department'],
    ['URN:IETF:params:scim:schemas:EXTENSION:enterprise:2.0:User:department', 'enterprise:2.0:User', 'department'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department', 'enterprise:2.0:User', 'department'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'core:2.0:User', 'userName'],
    ['urn:ietf:params:scim:schemas:extension:custom:2.0:User:shoe', 'extension:custom:2.0:User', 'shoe'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'enterprise:2.0:User', ''],
  ])('%s is split at the end of its URN, not at "2.0" (trap 5)', (text, end, attribute) => {
    const parsed = parsePath(text);
    expect(parsed.urn?.endsWith(end)).toBe(true);
    expect(parsed.name).toBe(attribute);
  });

  it('may have sub-attributes behind a URN', () =>
    expect(parsePath('urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value')).toEqual({
      urn: 'urn:ietf:params:scim:schemas:core:2.0:User',
      name: 'emails',
      where: { op: 'eq', path: { name: 'type' }, value: 'work' },
      sub: 'value',
    }));

  it.each([
    '',
    'a b',
    'a..b',
    '.a',
    'a.',
    'emails[type eq "work"',
    'emails[0].value',
    'emails]',
    'name.given name',
    '"title"',
  ])('that reads "%s" is refused', (text) =>
    expect(() => parsePath(text)).toThrow(expect.objectContaining({ scimType: 'invalidPath' })),
  );
});
