import { randomInt } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random choices that come again with the same seed. */
export type Random = {
  readonly seed: number;
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(all: readonly T[]): T[];
};

/** A new seed each time, printed with what it is for; SEED=<number> brings a run's choices back. */
export function seeded(purpose: string): Random {
  const seed = process.env['SEED'] === undefined ? randomInt(1, 2 ** 31) : Number(process.env['SEED']);
  process.stdout.write(`seed ${seed}: ${purpose}\n`);
  const generator = xoroshiro128plus(seed);
  const int = (from: number, to: number) => uniformInt(generator, from, to);
  return {
    seed,
    int,
    chance: (percent) => int(1, 100) <= percent,
    pick: <T>(from: readonly T[]) => from[int(0, from.length - 1)] as T,
    shuffled(all) {
      const rest = [...all];
      return all.map(() => rest.splice(int(0, rest.length - 1), 1)[0] as (typeof all)[number]);
    },
  };
}
