import type { Partition } from './postgres-store.js';

/**
 * The partitions that are this member's: each topic's are dealt to its members in order of their pid. All members see the same locks,
 * so their shares do not overlap and leave nothing out; the topic's id turns the deal, so the first member does not get all the rests.
 */
export function fairShare(partitions: Partition[], members: Map<number, number[]>, pid: number): Set<number> {
  const mine = new Set<number>();
  for (const { id, topicId, partition } of partitions) {
    const present = [...(members.get(topicId) ?? [])].sort((a, b) => a - b);
    if (present.length > 0 && present[(partition + topicId) % present.length] === pid) mine.add(id);
  }
  return mine;
}
