import { describe, expect, it } from 'vitest';
import { specFor } from './given.js';

class Closed extends Error {
  readonly code = 'door.closed';
}

type Door = 'open' | 'closed';
const given = specFor<Door, 'open' | 'enter', 'opened' | 'entered'>({
  initial: 'closed',
  evolve: (door, event) => (event === 'opened' ? 'open' : door),
  decide(command, door) {
    if (command === 'open') return door === 'open' ? [] : ['opened'];
    if (door === 'closed') throw new Closed();
    return ['entered'];
  },
});

describe('given, when, then', () => {
  it('sees the events, the silence and the refusal', () => {
    given().when('open').then('opened');
    given('opened').when('open').thenNothing();
    given().when('enter').thenRefused('door.closed');
  });

  it('fails when something else happens', () => {
    expect(() => given().when('open').thenNothing()).toThrow();
    expect(() => given('opened').when('enter').then('opened')).toThrow();
    expect(() => given('opened').when('enter').thenRefused('door.closed')).toThrow();
    expect(() => given().when('enter').thenRefused('door.locked')).toThrow();
  });
});
