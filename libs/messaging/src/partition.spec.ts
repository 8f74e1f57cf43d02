import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from './partition.js';

describe('the partition of a key', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("is hashed as Kafka's own tests say: %s", (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('is never negative and below the number of partitions', () => {
    for (const partitions of [1, 16, 256]) {
      for (let n = 0; n < 1_000; n++) {
        const partition = partitionOf(`account-${n}`, partitions);
        expect(partition >= 0 && partition < partitions).toBe(true);
      }
    }
  });

  it('spreads accounts evenly enough', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let n = 0; n < 16_000; n++) counts[partitionOf(crypto.randomUUID(), 16)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
  });
});
