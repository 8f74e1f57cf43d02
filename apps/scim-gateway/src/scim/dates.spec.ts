import { describe, expect, it } from 'vitest';
import { dateKey, hrDate } from './dates.js';

describe('a date as Entra sends it', () => {
  it.each([
    ['2024-01-15T00:00:00Z', '2024-01-15'],
    ['2024-01-15T10:20:30.1234567Z', '2024-01-15'],
    ['2024-01-15', '2024-01-15'],
    ['2024-01-15T00:00:00+02:00', '2024-01-15'],
    ['2024-01-15T00:00:00', '2024-01-15'],
    ['0001-01-01T00:00:00Z', '0001-01-01'],
    ['2024-02-29T12:00Z', '2024-02-29'],
  ])('%s is the day %s for HR', (lexical, day) => expect(hrDate(lexical)).toBe(day));

  it.each([
    '',
    'soon',
    '2024-02-30',
    '2023-02-29T00:00:00Z',
    '2024-13-01',
    '2024-01-15T25:00:00Z',
    '15/01/2024',
    '20240115',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-02:00',
    '2024-01-15T00:00:00Zulu',
  ])('"%s" is no date', (lexical) => expect(hrDate(lexical)).toBeUndefined());

  it('has a key that sorts by time, whatever the offset', () => {
    expect(dateKey('2024-01-15T01:00:00+02:00')).toBe(dateKey('2024-01-14T23:00:00Z'));
    expect(dateKey('2024-01-15T00:00:00.1234567Z')).toBe('2024-01-15T00:00:00.123456Z');
    expect(dateKey('2024-01-15')).toBe('2024-01-15T00:00:00.000000Z');
  });
});
