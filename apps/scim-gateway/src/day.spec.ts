import { describe, expect, it } from 'vitest';
import { dayIn, monthsBefore } from './day.js';

describe('a day', () => {
  it('is the one in the account’s time zone (P8)', () => {
    const at = new Date('2026-11-25T23:30:00Z');
    expect(dayIn('Europe/Copenhagen', at)).toBe('2026-11-26');
    expect(dayIn('America/New_York', at)).toBe('2026-11-25');
  });

  it.each([
    ['2026-11-26', 1, '2026-10-26'],
    ['2026-11-26', 12, '2025-11-26'],
    ['2026-01-15', 1, '2025-12-15'],
    ['2026-03-31', 1, '2026-02-28'],
    ['2024-03-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2023-02-28'],
    ['2026-05-31', 120, '2016-05-31'],
  ])('%s is %i months after %s', (day, months, earlier) => expect(monthsBefore(day, months)).toBe(earlier));
});
