import { LRUCache } from 'lru-cache';

export type Rate = {
  /** What may go on for ever. */
  perSecond: number;
  /** What may come at once, after a pause. */
  burst: number;
};

const keys = 100_000;

/**
 * Token buckets by key, in this process's memory only: of each key one number is kept, the time at which its bucket is full again (the
 * generic cell rate algorithm). Nothing runs between the calls.
 */
export class RateLimit {
  private readonly fullAt = new LRUCache<string, number>({ max: keys });
  private readonly stepMs: number;
  private readonly depthMs: number;

  /** @param clock milliseconds that never go back. */
  constructor(
    { perSecond, burst }: Rate,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.stepMs = 1_000 / perSecond;
    this.depthMs = burst * this.stepMs;
  }

  /**
   * Counts so many, if there is room for all of them; of more than a bucket holds it must be full.
   * @param counted how many were counted before for the same thing, so that they do not stand in its way.
   * @returns 0, or the milliseconds after which there is room; then nothing was counted.
   */
  take(key: string, count = 1, counted = 0): number {
    const used = Math.max((this.fullAt.get(key) ?? 0) - this.clock(), 0);
    // Below a microsecond it is the rounding of the numbers.
    const over = used + Math.min(count * this.stepMs, this.depthMs - counted * this.stepMs) - this.depthMs;
    const wait = over > 0.001 ? over : 0;
    if (wait === 0) this.fullAt.set(key, Math.max(this.fullAt.get(key) ?? 0, this.clock()) + count * this.stepMs);
    return wait;
  }
}

/** Whom an address stands for: itself, or with IPv6 its network of 64 bits, which one person has whole. Some proxies write a port behind it. */
export function networkOf(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1');
  const plain = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(8 - before.length - after.length, 0)).fill('0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
