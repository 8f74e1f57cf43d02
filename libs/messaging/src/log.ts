/** One message for the log. The key is the account's id; the partition is `partitionOf(key)`, except for heartbeats, which go to each. */
export type LogMessage = { partition: number; key: string; value: string };

/** One message as the log gives it back. Offsets count within a partition and are only a hint (decision 5). */
export type LogRecord = { topic: string; partition: number; offset: string; key: string; value: string };

export type TopicPartition = { topic: string; partition: number };

export interface Subscription {
  /** Takes no further records, waits for the call that is running and hands the partitions to the other members. */
  close(): Promise<void>;
}

export type SubscribeOptions = {
  /** Members of a group share the partitions. A group that the log does not know begins at the oldest record. */
  group: string;
  topics: string[];
  /**
   * Gets records of one topic and partition, in order, at least once. When it rejects, the same records come again after a growing
   * pause (1 s … 30 s), for ever; their offset is committed only after it resolved. Calls for different partitions may overlap.
   */
  onRecords: (records: LogRecord[]) => Promise<void>;
  /** Gets all partitions that this member has now, whenever that changes. */
  onAssigned?: (partitions: TopicPartition[]) => void;
  /** The log no longer has what came next here (retention, a wiped or restored log): what is missing must come from the feed. */
  onGap?: (at: TopicPartition) => void;
};

/** The ordered log between services (decision 4): one port, an adapter for Kafka and one for Postgres, one contract suite for both. */
export interface EventLog {
  readonly partitions: number;
  /** The partition of a key, the same in both adapters and as Kafka's own clients choose it. */
  partitionOf(key: string): number;
  /** Makes the topics that are missing. @throws when one exists with another number of partitions, which is fixed for ever. */
  ensureTopics(topics: string[]): Promise<void>;
  /**
   * Resolves after the acknowledgement of every message; keeps the order per partition. Calls are carried out one after the other.
   * @throws LogRefused when the log will never take one of the messages; any other error is one of the connection: send them again.
   */
  publish(topic: string, messages: LogMessage[]): Promise<void>;
  /** Resolves when the member has joined its group, or at once when the log cannot be reached: it goes on trying. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** @throws when the log cannot be reached. */
  ready(): Promise<void>;
  /** Closes the subscriptions that are left, then the connections. */
  close(): Promise<void>;
}

/** The log will never take this message, however often it is sent. */
export class LogRefused extends Error {
  override name = 'LogRefused';
}

/** Kafka's default limit for a batch, less room for the frame. An event is at most 256 kB, so only a mistake is larger. */
export const maxMessageBytes = 1_000_000;

/** @throws LogRefused for a message that Kafka would not take; both adapters refuse the same. */
export function refuseOversized(messages: LogMessage[]): void {
  for (const { key, value } of messages) {
    const bytes = Buffer.byteLength(value);
    if (bytes > maxMessageBytes) {
      throw new LogRefused(`a message of ${key} has ${bytes} bytes, and the log takes ${maxMessageBytes}`);
    }
  }
}
