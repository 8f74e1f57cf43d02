import { describe, expect, it } from 'vitest';
import { calendarGroupOf, nameKey, thingsNamed } from './names.js';

describe('the name of a thing (P23)', () => {
  it.each([
    ['Customer Care', ' customer   care '],
    ['Økonomi', 'økonomi'],
    ['Café', 'CAFE'],
  ])('%s is the same as "%s"', (a, b) => expect(nameKey(a)).toBe(nameKey(b)));

  it('tells Ø from O: they are different letters', () => expect(nameKey('Øst')).not.toBe(nameKey('Ost')));
});

describe('the calendar group of a country (P23)', () => {
  it.each(['Denmark', 'danmark', 'DK', ' dk '])('is Denmark for "%s"', (country) =>
    expect(calendarGroupOf(country)).toBe('Denmark'),
  );
  it.each([
    ['UK', 'United Kingdom'],
    ['USA', 'United States'],
    ['Tyskland', 'Germany'],
  ])('for %s is %s', (country, group) => expect(calendarGroupOf(country)).toBe(group));
  it.each(['Atlantis', 'EU', 'upd-1234'])('is none for "%s"', (country) =>
    expect(calendarGroupOf(country)).toBeUndefined(),
  );
});

describe('the things that an employee’s values name', () => {
  it('leave out what is blank or unmatched', () =>
    expect(thingsNamed({ department: ' ', subsidiary: 'Nordlys A/S', country: 'Atlantis' })).toEqual([
      { kind: 'subsidiary', name: 'Nordlys A/S' },
    ]));
});
