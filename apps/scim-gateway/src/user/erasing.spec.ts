import { describe, expect, it } from 'vitest';
import { eraseDueUser } from './erase.decider.js';
import { ada, created, inactive, reactivated, suspended, today } from './user.fixture.js';
import * as user from './user.decider.js';

type Events = Parameters<typeof user.evolve>[1][];
const erased = { type: 'UserErased', data: { userId: ada } } as const;
const tomorrow = '2026-11-26';
const erase = (before: string | undefined, ...history: Events) =>
  eraseDueUser(ada, history.reduce(user.evolve, user.initial), before);
const notDue = expect.objectContaining({ code: 'user.notDue' });

describe('an erasure after a time (P20)', () => {
  it('takes who left before the day, soft- or hard-deleted', () => {
    expect(erase(tomorrow, created, suspended)).toEqual([erased]);
    expect(erase(tomorrow, created, inactive)).toEqual([erased]);
  });

  it('leaves who left on the day itself', () => expect(() => erase(today, created, suspended)).toThrow(notDue));

  it('leaves who came back meanwhile', () =>
    expect(() => erase(tomorrow, created, suspended, reactivated('id'))).toThrow(notDue));

  it('leaves everybody while the account keeps everybody', () =>
    expect(() => erase(undefined, created, suspended)).toThrow(notDue));

  it('happens once', () => expect(erase(tomorrow, created, suspended, erased)).toEqual([]));

  it('needs an employee', () =>
    expect(() => erase(tomorrow)).toThrow(expect.objectContaining({ code: 'user.unknown' })));
});
