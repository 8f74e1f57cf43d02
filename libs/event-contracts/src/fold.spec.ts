import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldKey } from './fold.js';

describe('the key of a name (P6)', () => {
  it.each([
    ['Ada@Example.ORG', 'ada@example.org'],
    ['STRASSE', 'straße'],
    ['STRASSE', 'STRAẞE'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['Jose\u0301', 'JOSÉ'],
    ['ﬁnn', 'FINN'],
    ['Å', '\u212B'],
    ['K', '\u212A'],
    ['ŠĐ', 'šđ'],
  ])('is one for %s and %s', (a, b) => expect(foldKey(a)).toBe(foldKey(b)));

  it.each([
    ['ı', 'i'],
    ['Ø', 'O'],
    ['é', 'e'],
    ['a b', 'ab'],
  ])('keeps %s and %s apart', (a, b) => expect(foldKey(a)).not.toBe(foldKey(b)));

  it('is its own key', () =>
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => foldKey(foldKey(text)) === foldKey(text))));

  it('does not depend on case or on composition', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const key = foldKey(text);
        expect(foldKey(text.normalize('NFD'))).toBe(key);
        if (!/[ıİ]/u.test(text.normalize('NFC'))) expect(foldKey(text.normalize('NFC').toUpperCase())).toBe(key);
      }),
    ));
});
