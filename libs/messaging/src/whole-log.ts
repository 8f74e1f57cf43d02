import { randomUUID } from 'node:crypto';
import type { Envelope } from '@bitabiz/event-contracts';
import type { EventLog, LogRecord } from './log.js';
import { decodeRecord, encodeHeartbeat } from './record.js';

/**
 * Reads a topic from its oldest record to what is in it now, as a group of its own, and hands on every event of it.
 * The end is where this call's own mark comes back from each partition: a heartbeat that claims nothing.
 * @returns how many events there were. @throws when the log cannot be reached.
 */
export async function readWholeLog(log: EventLog, topic: string, onEvent: (event: Envelope) => void): Promise<number> {
  const id = `whole-${randomUUID()}`;
  const value = encodeHeartbeat({ source: id, at: new Date(0).toISOString(), accounts: [] });
  const open = new Set(Array.from({ length: log.partitions }, (_, partition) => partition));
  const whole = Promise.withResolvers<void>();
  let events = 0;
  const onRecords = async (records: LogRecord[]) => {
    for (const { key, partition, value: text } of records) {
      if (key === id) open.delete(partition);
      if (!open.has(partition)) continue;
      const record = decodeRecord(text);
      if (record.kind !== 'event') continue;
      onEvent(record.event);
      events += 1;
    }
    if (open.size === 0) whole.resolve();
  };
  await log.ready();
  await log.ensureTopics([topic]);
  const marks = [...open].map((partition) => ({ partition, key: id, value }));
  await log.publish(topic, marks);
  const subscription = await log.subscribe({ group: id, topics: [topic], onRecords });
  await whole.promise.finally(() => subscription.close());
  return events;
}
