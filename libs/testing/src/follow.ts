import type { EventLog, LogRecord, Subscription, TopicPartition } from '@bitabiz/messaging/log';

/** A member of a group, and what it got, call by call. */
export type Follower = { calls: LogRecord[][]; assigned: TopicPartition[]; subscription: Subscription };

/** Subscribes and remembers. Records that `onRecords` throws for are not remembered. */
export async function follow(
  log: EventLog,
  topic: string,
  group: string,
  onRecords: (records: LogRecord[]) => Promise<void> | void = () => undefined,
): Promise<Follower> {
  const follower: Follower = { calls: [], assigned: [], subscription: { close: async () => undefined } };
  follower.subscription = await log.subscribe({
    group,
    topics: [topic],
    onAssigned: (now) => void (follower.assigned = now),
    async onRecords(records) {
      await onRecords(records);
      follower.calls.push(records);
    },
  });
  return follower;
}

/** The values in the order in which they first came. A record may come more than once; that is the log's promise, not its fault. */
export function valuesOf(...followers: Follower[]): string[] {
  const records = followers.flatMap(({ calls }) => calls.flat());
  return [...new Map(records.map((record) => [`${record.key} ${record.value}`, record.value])).values()];
}
