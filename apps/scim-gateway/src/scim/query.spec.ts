import { describe, expect, it } from 'vitest';
import { parseList, searchParameters, listResponse } from './list.js';
import { parseQuery } from './query.js';

const list = (query: string) => parseList(parseQuery(query));

describe('a query string (section 1.1)', () => {
  it('is form-encoded: + is a blank and %2B a plus', () =>
    expect(parseQuery('?filter=userName+eq+%22a%2Bb@x%22').get('filter')).toBe('userName eq "a+b@x"'));

  it.each([
    '/Users?aadOptscim062020&filter=userName+eq+%22x%22',
    '/Users?aadOptscim062020?filter=userName+eq+%22x%22',
    '/Users?aadOptscim062020=&filter=userName eq "x"&unknown=1',
    '?filter=userName+eq+%22x%22&filter=second',
    'FILTER=userName+eq+%22x%22',
  ])('is read from %s', (url) => expect(parseQuery(url).get('filter')).toBe('userName eq "x"'));

  it('keeps ?, & and % inside a quoted value that is not escaped', () => {
    expect(parseQuery('?filter=title eq "R&D"&count=2').get('filter')).toBe('title eq "R&D"');
    expect(parseQuery('?filter=title eq "R&D"&count=2').get('count')).toBe('2');
    expect(parseQuery('?filter=title eq "who?"').get('filter')).toBe('title eq "who?"');
    expect(parseQuery('?filter=title eq "100%"').get('filter')).toBe('title eq "100%"');
    expect(parseQuery('?filter=title eq "%ff%C3%A9"').get('filter')).toBe('title eq "%ff%C3%A9"');
  });

  it('may be absent', () => expect(parseQuery('/Users').has('filter')).toBe(false));
});

describe('a listing', () => {
  it('begins at 1 and takes what is asked for', () =>
    expect(list('?startIndex=11&count=5')).toMatchObject({ startIndex: 11, count: 5 }));

  it.each([
    ['?startIndex=0&count=-1', 1, 0],
    ['?startIndex=-7', 1, 100],
    ['?count=0', 1, 0],
    ['?count=5000', 1, 1000],
    ['?startIndex=99999999999999999999', Number.MAX_SAFE_INTEGER, 100],
    ['?startIndex=&count=', 1, 100],
  ])('%s begins at %i and has at most %i', (query, startIndex, count) =>
    expect(list(query)).toMatchObject({ startIndex, count }),
  );

  it.each([
    '?startIndex=one',
    '?count=1.5',
    '?count=1e3',
    '?sortBy=title&sortOrder=up',
    '?attributes=id&excludedAttributes=title',
  ])('%s is refused', (query) =>
    expect(() => list(query)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' })),
  );

  it('refuses a broken filter', () =>
    expect(() => list('?filter=userName')).toThrow(expect.objectContaining({ scimType: 'invalidFilter' })));

  it('is always in one order', () => {
    expect(list('').order).toEqual({ descending: false });
    expect(list('?sortBy=userName').order).toEqual({ column: 'userName', descending: false });
    expect(list('?sortBy=meta.lastModified&sortOrder=descending').order).toEqual({
      column: 'modified',
      descending: true,
    });
    expect(list('?sortBy=displayName').order).toEqual({ descending: false });
    expect(() => list('?sortBy=shoe')).toThrow(expect.objectContaining({ scimType: 'invalidPath' }));
  });

  it('goes by cursor where one is asked for (RFC 9865)', () => {
    const last = { id: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d', key: 'ada' };
    const begun = list('?cursor=&count=5&sortBy=userName');
    expect(begun).toMatchObject({ count: 5, cursor: { after: undefined } });
    const cursor = begun.cursor?.next(last) ?? '';
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(list(`?cursor=${cursor}&sortBy=userName`).cursor?.after).toEqual(last);
    for (const query of [`?cursor=${cursor}`, '?cursor=nonsense', `?cursor=${cursor}&sortBy=userName&filter=id+pr`]) {
      expect(() => list(query)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidCursor' }));
    }
    expect(() => list('?cursor=&count=many')).toThrow(expect.objectContaining({ scimType: 'invalidCount' }));
    expect(() => list('?cursor=&startIndex=1')).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  });

  it('can be asked for by a body (.search)', () => {
    const body = {
      schemas: ['x'],
      filter: 'title pr',
      startIndex: 2,
      count: 3,
      attributes: ['userName', 'emails'],
      sortBy: null,
    };
    expect(parseList(searchParameters(body))).toMatchObject({
      startIndex: 2,
      count: 3,
      filter: { op: 'pr' },
      projection: { only: true },
    });
    expect(() => searchParameters([])).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
    expect(() => searchParameters({ filter: {} })).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  });

  it('answers with numbers that are numbers', () =>
    expect(listResponse({ rows: [{}], total: 9 }, 3)).toMatchObject({
      totalResults: 9,
      startIndex: 3,
      itemsPerPage: 1,
      Resources: [{}],
    }));
});
