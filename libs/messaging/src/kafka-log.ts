import type { Logger } from '@bitabiz/service-kit/log';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { kafkaLogger } from './kafka-logger.js';
import { patchKafkajs } from './kafka-request-queue.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { ensureKafkaTopics } from './kafka-topics.js';
import {
  LogRefused,
  refuseOversized,
  type EventLog,
  type LogMessage,
  type SubscribeOptions,
  type Subscription,
} from './log.js';
import { partitionOf } from './partition.js';
import { inBatches } from './batches.js';
import { OneAtATime, within } from './pauses.js';

type Options = { clientId: string; partitions: number; logger: Logger };
type Member = { group: string; subscription: KafkaSubscription };

const refusals = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/**
 * The log on Kafka, by kafkajs itself, because Nest's transport hides batches, seek and the rebalance. acks=all, one batch in flight, no
 * transactions. Not idempotent: a broker that lost its producer's state refuses every later batch of kafkajs's idempotent producer, and a
 * repeated batch harms nobody, since readers skip sequences they have.
 */
export class KafkaLog implements EventLog {
  readonly partitions: number;
  private readonly kafka: Kafka;
  private readonly producer: Producer;
  /** For `ready()` only. */
  private readonly admin: Admin;
  private readonly queue = new OneAtATime();
  private readonly members = new Set<Member>();
  private connecting: Promise<void> | undefined;
  private administrating: Promise<void> | undefined;

  constructor(
    brokers: string[],
    private readonly options: Options,
  ) {
    patchKafkajs();
    this.partitions = options.partitions;
    this.kafka = new Kafka({
      clientId: options.clientId,
      brokers,
      connectionTimeout: 3_000,
      retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 5 },
      logLevel: logLevel.INFO,
      logCreator: kafkaLogger(options.logger, ({ topic, partition, groupId }) => {
        for (const { group, subscription } of this.members) {
          if (group === groupId) subscription.onGap({ topic, partition });
        }
      }),
    });
    this.producer = this.kafka.producer({
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      idempotent: false,
      metadataMaxAge: 60_000,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    this.admin = this.kafka.admin({ retry: { retries: 2, initialRetryTime: 200 } });
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions);
  }

  async ensureTopics(topics: string[]): Promise<void> {
    // An admin client remembers every topic it was asked about and fails for all of them once one is gone, so this one is new.
    const admin = this.kafka.admin({ retry: { retries: 2, initialRetryTime: 200 } });
    try {
      await admin.connect();
      await ensureKafkaTopics(admin, topics, this.partitions);
    } finally {
      await admin.disconnect();
    }
  }

  async publish(topic: string, messages: LogMessage[]): Promise<void> {
    refuseOversized(messages);
    await this.queue.run(async () => {
      await this.connect();
      for (const batch of inBatches(messages)) await this.send(topic, batch);
    });
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const { kafka } = this;
    const prepare = () => this.ensureTopics(options.topics);
    const subscription = new KafkaSubscription({ kafka, prepare, logger: this.options.logger }, options);
    const member = { group: options.group, subscription };
    this.members.add(member);
    await subscription.started;
    return {
      close: async () => {
        await subscription.close();
        this.members.delete(member);
      },
    };
  }

  async ready(): Promise<void> {
    await within(
      5_000,
      this.administrate().then(() => this.admin.describeCluster()),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.members].map((each) => each.subscription.close()));
    await Promise.all([this.producer.disconnect(), this.admin.disconnect()]);
  }

  private async send(topic: string, messages: LogMessage[]): Promise<void> {
    try {
      await this.producer.send({ topic, acks: -1, messages });
    } catch (error) {
      const { type, cause, message } = error as { type?: string; cause?: { type?: string }; message: string };
      if (refusals.has(type ?? cause?.type ?? '')) throw new LogRefused(message, { cause: error });
      throw error;
    }
  }

  /** The one producer is connected once; after a broker's death it works again by itself, so nothing is made anew. */
  private connect(): Promise<void> {
    return (this.connecting ??= this.producer.connect().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    }));
  }

  private administrate(): Promise<void> {
    return (this.administrating ??= this.admin.connect().catch((error: unknown) => {
      this.administrating = undefined;
      throw error;
    }));
  }
}
