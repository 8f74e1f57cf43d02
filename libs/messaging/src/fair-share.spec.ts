import { describe, expect, it } from 'vitest';
import { fairShare } from './fair-share.js';

const partitionsOf = (topicId: number, count: number) =>
  Array.from({ length: count }, (_, partition) => ({
    id: topicId * 100 + partition,
    topic: `t${topicId}`,
    topicId,
    partition,
  }));

describe('the share of a member', () => {
  const partitions = [...partitionsOf(1, 16), ...partitionsOf(2, 16), ...partitionsOf(3, 1)];
  const everyone = (pids: number[]) => new Map([1, 2, 3].map((topic) => [topic, pids]));

  it.each([[[7]], [[7, 3]], [[9, 7, 3]], [[5, 1, 4, 2, 3]]])('leaves nothing out and overlaps nothing: %j', (pids) => {
    const shares = pids.map((pid) => [...fairShare(partitions, everyone(pids), pid)]);
    expect(new Set(shares.flat())).toEqual(new Set(partitions.map((each) => each.id)));
    expect(shares.flat()).toHaveLength(partitions.length);
    const sizes = shares.map((share) => share.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(3);
  });

  it('is counted per topic, because during a deployment not every member reads every topic', () => {
    const members = new Map([
      [1, [7, 8]],
      [2, [8]],
    ]);
    expect(fairShare(partitionsOf(2, 4), members, 8).size).toBe(4);
    expect(fairShare(partitionsOf(2, 4), members, 7).size).toBe(0);
    expect(fairShare(partitionsOf(1, 4), members, 7).size).toBe(2);
  });
});
