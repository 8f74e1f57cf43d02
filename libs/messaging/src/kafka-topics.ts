import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { wrongPartitions } from './wrong-partitions.js';

const retention = { name: 'retention.ms', value: String(7 * 24 * 3_600_000) };

/**
 * Makes the topics that are missing, with the broker's own number of replicas. Where an operator made them beforehand nothing is asked for
 * but their metadata.
 * @throws when a topic has another number of partitions.
 */
export async function ensureKafkaTopics(admin: Admin, topics: string[], partitions: number): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    await admin.createTopics({
      // kafkajs's own waiting fails while a broker has not heard of the topic yet.
      waitForLeaders: false,
      topics: missing.map((topic) => ({ topic, numPartitions: partitions, configEntries: [retention] })),
    });
  }
  const { topics: metadata } = await onceKnown(() => admin.fetchTopicMetadata({ topics }));
  for (const { name, partitions: found } of metadata) {
    if (found.length !== partitions) throw wrongPartitions(name, found.length, partitions);
  }
  // Asks the leaders themselves: a batch that only some of them take is sent again as a whole, so its records would be there twice.
  for (const topic of missing) await onceKnown(() => admin.fetchTopicOffsets(topic));
}

const early = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

/** A topic that was just made is known to the brokers a moment later. */
async function onceKnown<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { type, cause } = error as { type?: string; cause?: { type?: string } };
      if (!early.has(type ?? cause?.type ?? '') || performance.now() > deadline) throw error;
      await pause(100);
    }
  }
}
