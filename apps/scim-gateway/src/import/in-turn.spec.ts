import { describe, expect, it } from 'vitest';
import { InTurn } from './in-turn.js';

/** Work that ends when it is told to. */
function work(turn: InTurn) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const state = { begun: false };
  const done = turn.run(async () => {
    state.begun = true;
    await promise;
  });
  return { state, done, end: () => (resolve(), done) };
}
const begun = (...all: ReturnType<typeof work>[]) => all.map(({ state }) => state.begun);

describe('work in turn', () => {
  it('is done so much at once; others wait, and too many are told when to come again', async () => {
    const turn = new InTurn({ atOnce: 1, waiting: 1 });
    const [first, second] = [work(turn), work(turn)];
    await expect(work(turn).done).rejects.toMatchObject({
      code: 'import.busy',
      kind: 'busy',
      details: { retryAfter: 60 },
    });
    expect(begun(first, second)).toEqual([true, false]);
    await first.end();
    expect(begun(first, second)).toEqual([true, true]);
    const third = work(turn);
    expect(begun(third)).toEqual([false]);
    await second.end();
    await third.end();
    expect(begun(third)).toEqual([true]);
  });

  it('goes on after work that failed', async () => {
    const turn = new InTurn({ atOnce: 1, waiting: 0 });
    await expect(turn.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turn.run(async () => 1)).toBe(1);
  });
});
