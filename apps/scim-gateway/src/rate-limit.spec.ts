import { describe, expect, it } from 'vitest';
import { networkOf, RateLimit } from './rate-limit.js';

const limited = (rate: { perSecond: number; burst: number }) => {
  let at = 1_000;
  const limit = new RateLimit(rate, () => at);
  const takeMany = (count: number, key = 'a') => Array.from({ length: count }, () => limit.take(key));
  return { limit, takeMany, pass: (ms: number) => (at += ms) };
};
const admitted = (waits: number[]) => waits.filter((wait) => wait === 0).length;

describe('a rate limit', () => {
  it('admits a burst and then says how long to wait', () => {
    const { takeMany } = limited({ perSecond: 25, burst: 50 });
    const waits = takeMany(51);
    expect(admitted(waits)).toBe(50);
    expect(waits.at(-1)).toBeCloseTo(40);
  });

  it('admits the sustained rate for ever, not one more and not one less', () => {
    const { takeMany, pass } = limited({ perSecond: 25, burst: 25 });
    takeMany(25);
    for (let second = 0; second < 100; second++) {
      pass(1_000);
      expect(admitted(takeMany(30))).toBe(25);
    }
  });

  it('has the whole burst again after a pause', () => {
    const { takeMany, pass } = limited({ perSecond: 10, burst: 40 });
    takeMany(40);
    pass(4_000);
    expect(admitted(takeMany(60))).toBe(40);
  });

  it('admits several at once or none, and of more than it holds when it is full', () => {
    const { limit, pass, takeMany } = limited({ perSecond: 10, burst: 40 });
    expect(limit.take('a', 30)).toBe(0);
    expect(limit.take('a', 20)).toBeCloseTo(1_000);
    expect(limit.take('a', 10)).toBe(0);
    pass(4_000);
    expect(limit.take('a')).toBe(0);
    expect(limit.take('a', 99, 1)).toBe(0);
    expect(limit.take('a')).toBeCloseTo(6_100);
    pass(10_000);
    expect(admitted(takeMany(60))).toBe(40);
  });

  it('counts each key by itself, and nothing of who has to wait', () => {
    const { limit, takeMany } = limited({ perSecond: 1, burst: 1 });
    takeMany(3, 'a');
    expect(limit.take('a')).toBe(1_000);
    expect(limit.take('b')).toBe(0);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['192.0.2.7:5678', '192.0.2.7'],
    ['[2001:db8::6]:5678', '2001:db8:0:0::/64'],
  ])('of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));
});
