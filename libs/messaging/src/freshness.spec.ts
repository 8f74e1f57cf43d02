import { describe, expect, it } from 'vitest';
import { Freshness } from './freshness.js';

const topic = 'scim-gateway.events';
const start = 1_000_000;

function picture() {
  let at = start;
  const freshness = new Freshness(() => at);
  return { freshness, pass: (ms: number) => (at += ms), now: () => at };
}

describe('the age of a picture (decision 8)', () => {
  it('grows from the start until the log or the feed says something', () => {
    const { freshness, pass, now } = picture();
    pass(40_000);
    expect(freshness.silentFor(topic)).toBe(40_000);
    freshness.seenAll(topic, now());
    expect(freshness.silentFor(topic)).toBe(0);
  });

  it('is that of the oldest partition that is owned', () => {
    const { freshness, pass, now } = picture();
    freshness.assign([0, 1].map((partition) => ({ topic, partition })));
    freshness.seenAll(topic, now());
    pass(5_000);
    freshness.seen(topic, 0, now());
    expect(freshness.silentFor(topic)).toBe(5_000);
  });

  it('is not made younger by an old heartbeat, nor by one of a partition of somebody else', () => {
    const { freshness, pass, now } = picture();
    freshness.assign([{ topic, partition: 0 }]);
    freshness.seenAll(topic, now());
    pass(5_000);
    freshness.seen(topic, 0, start - 1);
    freshness.seen(topic, 3, now());
    expect(freshness.silentFor(topic)).toBe(5_000);
  });

  it('counts as very old for a partition that was just taken over', () => {
    const { freshness } = picture();
    freshness.assign([{ topic, partition: 0 }]);
    expect(freshness.silentFor(topic)).toBe(start);
  });

  it('lets every account be looked after by feed while the log has assigned nothing', () => {
    const { freshness } = picture();
    expect(freshness.owns(topic, 7)).toBe(true);
    freshness.assign([{ topic, partition: 0 }]);
    expect(freshness.owns(topic, 7)).toBe(false);
  });
});
