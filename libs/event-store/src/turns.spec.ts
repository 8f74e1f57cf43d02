import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

/** Commands as words: the letters are their keys, `*` may be anything. */
const most = { commands: 4, weight: 10 };
/** A capital letter is heavy. */
const weightOf = (command: string) => (/[A-Z]/.test(command) ? 6 : 1);
const turnsOf = (...commands: string[]) => {
  const turns = new Turns<string>((command) => (command === '*' ? undefined : new Set(command)), weightOf, most);
  for (const command of commands) turns.add(command);
  return turns;
};
const add = (turns: Turns<string>, ...commands: string[]) => {
  for (const command of commands) turns.add(command);
};

describe('an account’s commands in turn', () => {
  it('go all together when nothing runs, as many as are allowed', () => {
    expect(turnsOf('a', '*', 'a', 'b', 'c').take()?.commands).toEqual(['a', '*', 'a', 'b']);
  });

  it('go in a batch that is not too heavy, but at least one of them', () => {
    const turns = turnsOf('A', 'b', 'c', 'D', 'e');
    const first = turns.take();
    expect(first?.commands).toEqual(['A', 'b', 'c']);
    if (first) turns.done(first);
    expect(turns.take()?.commands).toEqual(['D', 'e']);
    const heavy = new Turns<string>(() => undefined, weightOf, { commands: 4, weight: 5 });
    add(heavy, 'A', 'B');
    expect(heavy.take()?.commands).toEqual(['A']);
  });

  it('are decided beside another batch as heavy as a batch may be, and no heavier', () => {
    const turns = turnsOf('a', 'b');
    turns.take();
    add(turns, 'C', 'd', 'E', 'f');
    expect(turns.take()?.commands).toEqual(['C', 'd']);
  });

  it('are decided beside a batch that is being stored once as many wait as it has', () => {
    const turns = turnsOf('a', 'b');
    turns.take();
    add(turns, 'c');
    expect(turns.take()).toBeUndefined();
    add(turns, 'd');
    expect(turns.take()?.commands).toEqual(['c', 'd']);
  });

  it('wait for the batch that they have to do with, and for whoever waits for it before them', () => {
    const turns = turnsOf('ab');
    const running = turns.take();
    add(turns, 'bc', 'cd', 'e', 'd');
    expect(turns.take()?.commands).toEqual(['e']);
    if (running) turns.done(running);
    expect(turns.take()?.commands).toEqual(['bc', 'cd', 'd']);
  });

  it('are not begun beside a batch in pieces because of others that wait', () => {
    const turns = turnsOf('a', 'b');
    turns.take();
    add(turns, 'a', 'ab', 'c');
    expect(turns.take()).toBeUndefined();
    add(turns, 'd');
    expect(turns.take()?.commands).toEqual(['c', 'd']);
  });

  it('are not begun beside one whose append was refused: it may look at anything now', () => {
    const turns = turnsOf('a');
    const running = turns.take();
    if (running) running.keys = undefined;
    add(turns, 'b');
    expect(turns.take()).toBeUndefined();
  });

  it('run two batches at once at most', () => {
    const turns = turnsOf('a');
    turns.take();
    add(turns, 'b');
    turns.take();
    add(turns, 'c');
    expect(turns.take()).toBeUndefined();
  });

  it('with one that may be anything run alone, and nothing overtakes it', () => {
    const alone = turnsOf('a', '*');
    const running = alone.take();
    add(alone, 'b', 'c', 'd');
    expect(alone.take()).toBeUndefined();
    if (running) alone.done(running);

    const before = turnsOf('a');
    before.take();
    add(before, 'b', '*', 'c');
    expect(before.take()?.commands).toEqual(['b']);
  });

  it('are idle when nothing waits and nothing runs', () => {
    const turns = turnsOf('a');
    expect(turns.idle).toBe(false);
    const running = turns.take();
    expect(turns.idle).toBe(false);
    if (running) turns.done(running);
    expect(turns.idle).toBe(true);
  });
});
