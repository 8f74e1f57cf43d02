import type { Envelope } from '@bitabiz/event-contracts';

/** One row of the outbox: the events of one append, in order. */
export type OutboxBatch = {
  outboxId: string;
  accountId: string;
  lastSeq: number;
  lastEventId: string;
  envelopes: Envelope[];
};

/** Held by the one relay that publishes. `lost` resolves when the connection that holds it has died. */
export type ShardLock = { release(): Promise<void>; lost: Promise<void> };

/** What the relay reads; the event store implements it. */
export interface OutboxSource {
  /** Calls `onWake` when something may be waiting. A wake-up may be lost: the relay looks every second anyway. @returns how to stop. */
  wakeups(onWake: () => void): Promise<() => Promise<void>>;
  /** Up to `limit` rows, oldest first, an account's in its order, without the accounts that are stopped. */
  claim(limit: number, stopped: string[]): Promise<OutboxBatch[]>;
  /** Deletes rows. Only called after the log's acknowledgement of all their events. */
  done(outboxIds: string[]): Promise<void>;
  /** The shard's session lock, or undefined when another process has it. */
  tryLock(): Promise<ShardLock | undefined>;
}
