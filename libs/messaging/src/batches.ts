import { maxMessageBytes, type LogMessage } from './log.js';

const maxRequestBytes = 8_000_000;

/**
 * Cuts messages into requests that Kafka takes: kafkajs makes one record batch of all messages of a partition, and the broker's limit is
 * one of the batch. The order is kept.
 */
export function* inBatches(messages: LogMessage[]): Generator<LogMessage[]> {
  let batch: LogMessage[] = [];
  let total = 0;
  const perPartition = new Map<number, number>();
  for (const message of messages) {
    // 100 bytes are more than a record's own frame and headers take.
    const bytes = Buffer.byteLength(message.value) + message.key.length + 100;
    const filled = (perPartition.get(message.partition) ?? 0) + bytes;
    if (batch.length > 0 && (filled > maxMessageBytes || total + bytes > maxRequestBytes)) {
      yield batch;
      batch = [];
      total = 0;
      perPartition.clear();
    }
    batch.push(message);
    total += bytes;
    perPartition.set(message.partition, (perPartition.get(message.partition) ?? 0) + bytes);
  }
  if (batch.length > 0) yield batch;
}
