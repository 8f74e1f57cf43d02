import type { Logger } from '@bitabiz/service-kit/log';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { LogRecord, SubscribeOptions, Subscription } from './log.js';
import { Alarm, growingPause } from './pauses.js';

type Context = { kafka: Kafka; prepare(): Promise<void>; logger: Logger };

const text = (bytes: Buffer | null) => bytes?.toString('utf8') ?? '';

// The shortest session that brokers allow by default: a member that died is missed, and its successor waits, no longer.
const timings = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 60_000, maxWaitTimeInMs: 1_000 };

/** A member of a Kafka consumer group. kafkajs gives up on some errors; then the member is made anew. */
export class KafkaSubscription implements Subscription {
  private readonly alarm = new Alarm();
  private closing = false;
  private crashed = false;
  private readonly failures = new Map<string, number>();
  private readonly expected = new Map<string, bigint>();
  private readonly retries = new Set<NodeJS.Timeout>();
  private readonly ended: Promise<void>;
  private joined: () => void = () => undefined;
  /** Resolves when the member has joined, or could not reach the log. */
  readonly started = new Promise<void>((resolve) => (this.joined = resolve));

  constructor(
    private readonly context: Context,
    private readonly options: SubscribeOptions,
  ) {
    this.ended = this.run();
  }

  async close(): Promise<void> {
    this.closing = true;
    this.alarm.ring();
    await this.ended;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closing) {
      const consumer = this.context.kafka.consumer({
        groupId: this.options.group,
        ...timings,
        allowAutoTopicCreation: false,
        retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 10, restartOnFailure: () => this.mayRestart() },
      });
      try {
        await this.member(consumer, () => (failures = 0));
      } catch (error) {
        failures += 1;
        const ms = growingPause(failures);
        const { group } = this.options;
        this.context.logger.warn({ group, error, ms }, 'the log cannot be followed; it is tried again');
        this.joined();
        await this.alarm.wait(ms);
      } finally {
        for (const timer of this.retries) clearTimeout(timer);
        this.retries.clear();
        await consumer.disconnect().catch(() => undefined);
      }
    }
  }

  /** A topic that is gone would fail the restart, and with it every other topic. */
  private async mayRestart(): Promise<boolean> {
    if (!this.closing) await this.context.prepare().catch(() => undefined);
    return !this.closing;
  }

  private async member(consumer: Consumer, onJoined: () => void): Promise<void> {
    this.crashed = false;
    consumer.on('consumer.crash', ({ payload }) => {
      if (payload.restart) return;
      this.crashed = true;
      this.alarm.ring();
    });
    consumer.on('consumer.group_join', ({ payload }) => {
      onJoined();
      this.expected.clear();
      this.options.onAssigned?.(
        Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      );
      this.joined();
    });
    await this.context.prepare();
    await consumer.connect();
    await consumer.subscribe({ topics: this.options.topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (payload) => this.onBatch(payload),
    });
    while (!this.closing && !this.crashed) await this.alarm.wait(60_000);
    if (this.crashed && !this.closing) throw new Error('the consumer crashed');
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const last = messages.at(-1)?.offset;
    if (last === undefined || this.closing || payload.isStale()) return;
    this.lookForGap(payload);
    const records = messages.map(({ offset, key, value }): LogRecord => ({
      topic,
      partition,
      offset,
      key: text(key),
      value: text(value),
    }));
    // kafkajs sends heartbeats between batches only, and a call may be long.
    const beating = setInterval(() => payload.heartbeat().catch(() => undefined), timings.heartbeatInterval);
    const place = `${topic}/${partition}`;
    try {
      await this.options.onRecords(records);
      this.failures.delete(place);
    } catch (error) {
      const failures = (this.failures.get(place) ?? 0) + 1;
      this.failures.set(place, failures);
      const ms = growingPause(failures);
      const first = messages[0]?.offset;
      this.context.logger.warn(
        { topic, partition, offset: first, error, ms },
        'records were not taken; they are repeated',
      );
      this.pause(payload, ms);
      return;
    } finally {
      clearInterval(beating);
    }
    const next = BigInt(last) + 1n;
    this.expected.set(place, next);
    payload.resolveOffset(last);
    await this.commit(payload, next);
  }

  /** Nothing is resolved, so kafkajs reads the same records again when the partition goes on. */
  private pause(payload: EachBatchPayload, ms: number): void {
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      resume();
    }, ms);
    this.retries.add(timer);
  }

  /** A commit that fails (the group is changing) only means that records come again. */
  private async commit(payload: EachBatchPayload, next: bigint): Promise<void> {
    const { topic, partition } = payload.batch;
    const partitions = [{ partition, offset: String(next) }];
    await payload
      .commitOffsetsIfNecessary({ topics: [{ topic, partitions }] })
      .catch((error: unknown) => this.context.logger.debug({ topic, partition, error }, 'an offset was not committed'));
  }

  /** Without transactions and compaction a partition's offsets have no holes: a jump means that records are gone. */
  private lookForGap({ batch: { topic, partition, messages } }: EachBatchPayload): void {
    const first = messages[0]?.offset;
    const expected = this.expected.get(`${topic}/${partition}`);
    if (first === undefined || expected === undefined || BigInt(first) === expected) return;
    if (BigInt(first) < expected) return;
    this.onGap({ topic, partition, expected: String(expected), found: first });
  }

  /** Says loudly that records are missing; the consumer compares with the feed. */
  onGap({ topic, partition, ...known }: { topic: string; partition: number; expected?: string; found?: string }): void {
    this.expected.delete(`${topic}/${partition}`);
    this.context.logger.error(
      { topic, partition, ...known },
      'records are missing from the log; the feed must fill the gap',
    );
    this.options.onGap?.({ topic, partition });
  }
}
