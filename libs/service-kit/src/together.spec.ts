import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Together } from './together.js';

describe('calls that go together', () => {
  const slowly = (ms: number, seen: number[][]) => async (calls: number[]) => {
    seen.push(calls);
    await pause(ms);
    if (calls.includes(13) && calls.length > 1) throw new Error('all of them');
    if (calls.includes(13)) throw new Error('only this one');
    return calls.map((call) => call * 2);
  };

  it('gather while others run, and each gets its own answer', async () => {
    const seen: number[][] = [];
    const together = new Together(slowly(5, seen), { most: 10, patienceMs: 1_000 });
    const first = together.ask(1);
    await pause(1);
    const answers = await Promise.all([first, together.ask(2), together.ask(3)]);
    expect(answers).toEqual([2, 4, 6]);
    expect(seen).toEqual([[1], [2, 3]]);
  });

  it('are as many as are allowed at most', async () => {
    const seen: number[][] = [];
    const together = new Together(slowly(1, seen), { most: 2 });
    expect(await Promise.all([1, 2, 3, 4, 5].map((call) => together.ask(call)))).toEqual([2, 4, 6, 8, 10]);
    expect(seen.map((calls) => calls.length)).toEqual([2, 2, 1]);
  });

  it('wait only so long for one that is slow', async () => {
    const release = Promise.withResolvers<void>();
    const together = new Together(
      async (calls: number[]) => {
        if (calls.includes(1)) await release.promise;
        return calls;
      },
      { most: 10, patienceMs: 5 },
    );
    const slow = together.ask(1);
    await pause(1);
    expect(await together.ask(2)).toBe(2);
    release.resolve();
    expect(await slow).toBe(1);
  });

  it('of one name never run at the same time, whoever is impatient', async () => {
    const release = Promise.withResolvers<void>();
    const seen: string[][] = [];
    const together = new Together(
      async (calls: string[]) => {
        seen.push(calls);
        if (calls.includes('a1')) await release.promise;
        return calls;
      },
      { most: 10, patienceMs: 1, apart: (call) => call.slice(0, 1) },
    );
    const slow = together.ask('a1');
    await pause(1);
    const same = [together.ask('a2'), together.ask('a3')];
    expect(await together.ask('b1')).toBe('b1');
    expect(seen).toEqual([['a1'], ['b1']]);
    release.resolve();
    expect(await Promise.all([slow, ...same])).toEqual(['a1', 'a2', 'a3']);
    expect(seen.slice(2)).toEqual([['a2'], ['a3']]);
  });

  it('are tried alone when they fail together, so that none fails for another', async () => {
    const together = new Together(slowly(1, []), { most: 10 });
    const settled = await Promise.allSettled([1, 13, 3].map((call) => together.ask(call)));
    expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
      2,
      'Error: only this one',
      6,
    ]);
  });
});
