import { describe, expect, it } from 'vitest';
import { until } from './until.js';

describe('waiting for a condition', () => {
  it('gives what the condition gave, as soon as it is truthy', async () => {
    let asked = 0;
    expect(await until(() => (asked += 1) > 2 && `asked ${asked}`)).toBe('asked 3');
  });

  it('takes an error for "not yet", and tells it when the deadline is over', async () => {
    const never = () => {
      throw new Error('the row is missing');
    };
    await expect(until(never, { deadlineMs: 20 })).rejects.toThrow('not within 20 ms: the row is missing');
  });
});
