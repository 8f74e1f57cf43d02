import type { Envelope } from '@bitabiz/event-contracts';
import { LogRefused, type EventLog, type LogMessage } from './log.js';
import type { OutboxBatch } from './outbox-source.js';
import { encodeEvent } from './record.js';

type Publishing = {
  log: EventLog;
  topic: string;
  /** False once this relay is no longer the one that publishes. */
  mayGoOn: () => boolean;
  done: (rows: OutboxBatch[]) => Promise<void>;
  refused: (row: OutboxBatch, error: LogRefused) => void;
};

/**
 * Publishes rows in their order and reports those that the log has. When it refuses them, they are published account by account and there row
 * by row: rows before the refused one are done, the refused one and the account's later ones stay.
 * @throws every other error, for the caller to repeat.
 */
export async function publishRows(rows: OutboxBatch[], publishing: Publishing): Promise<void> {
  if (await taken(rows, publishing)) return;
  for (const ofAccount of Map.groupBy(rows, (row) => row.accountId).values()) {
    for (const row of ofAccount) if (!(await taken([row], publishing, row))) break;
  }
}

/** @returns false when the log refuses the rows. */
async function taken(rows: OutboxBatch[], publishing: Publishing, single?: OutboxBatch): Promise<boolean> {
  const { log, topic, mayGoOn, done, refused } = publishing;
  if (!mayGoOn()) throw new Error('the lock of the outbox was lost');
  try {
    await log.publish(
      topic,
      rows.flatMap((row) => row.envelopes.map((envelope) => toMessage(log, row.accountId, envelope))),
    );
  } catch (error) {
    if (!(error instanceof LogRefused)) throw error;
    if (single) refused(single, error);
    return false;
  }
  await done(rows);
  return true;
}

const toMessage = (log: EventLog, key: string, envelope: Envelope): LogMessage => ({
  partition: log.partitionOf(key),
  key,
  value: encodeEvent(envelope),
});
