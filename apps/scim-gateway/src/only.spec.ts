import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { only } from './only.js';

const schema = only({ name: z.string(), expiresAt: z.string().optional() });
const messageOf = (value: unknown) => schema.safeParse(value).error?.issues.map(({ message }) => message);

describe('a body of the admin API', () => {
  it('is taken with the fields that there are', () => expect(schema.parse({ name: 'x' })).toEqual({ name: 'x' }));

  it('names the field that nobody knows, and those that there are', () =>
    expect(messageOf({ name: 'x', expriesAt: 'y' })).toEqual([
      'There is no field “expriesAt” here: give only name, expiresAt',
    ]));

  it('names no more of many than fit into an answer', () => {
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`${'x'.repeat(200)}${n}`, 1]));
    expect(messageOf({ name: 'x', ...many })?.[0]?.length).toBeLessThan(800);
  });

  it('is told as before what is wrong with a field that there is', () =>
    expect(messageOf({ name: 1 })).toEqual(['Invalid input: expected string, received number']));
});
