import type { Logger } from '@bitabiz/service-kit/log';
import { silentLogger, until } from '@bitabiz/testing';
import { Kafka, logLevel, Partitioners, type Admin } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { KafkaLog } from './kafka-log.js';
import { patchKafkajs } from './kafka-request-queue.js';
import type { LogRecord, TopicPartition } from './log.js';

const partitions = 4;
const brokers = inject('kafkaBrokers').split(',').filter(Boolean);

describe.runIf(brokers.length > 0)('the event log on Kafka', () => {
  const run = crypto.randomUUID().slice(0, 8);
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.name);
  const opened: KafkaLog[] = [];
  let kafka: Kafka;
  let admin: Admin;

  beforeAll(async () => {
    process.on('warning', onWarning);
    // As every log does, but this client is the test's own.
    patchKafkajs();
    kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
  });
  afterEach(async () => void (await Promise.all(opened.splice(0).map((each) => each.close()))));
  afterAll(async () => {
    await admin.disconnect();
    process.off('warning', onWarning);
  });

  function open(logger: Logger = silentLogger): KafkaLog {
    const log = new KafkaLog(brokers, { clientId: 'test', partitions, logger });
    opened.push(log);
    return log;
  }
  const inPartition = (partition: number, value: string) => ({ partition, key: 'key', value });

  it("puts a key where Kafka's own clients would put it", async () => {
    const topic = `partitioner-${run}`;
    const log = open();
    await log.ensureTopics([topic]);
    const records: LogRecord[] = [];
    const subscription = await log.subscribe({
      group: `partitioner-${run}`,
      topics: [topic],
      onRecords: async (got) => void records.push(...got),
    });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const keys = Array.from({ length: 100 }, () => crypto.randomUUID());
    await producer.send({ topic, messages: keys.map((key) => ({ key, value: key })) });
    await producer.disconnect();
    await until(() => records.length >= 100);
    expect(records.every((record) => record.partition === log.partitionOf(record.key))).toBe(true);
    await subscription.close();
  });

  it('says loudly when kafkajs jumps over records that the broker no longer has (kafkajs#1119, #1777)', async () => {
    const topic = `jump-${run}`;
    const group = `jump-${run}`;
    const gaps: TopicPartition[] = [];
    const errors: string[] = [];
    const values: string[] = [];
    const log = open({ ...silentLogger, error: (_, message) => void errors.push(message) });
    const subscribe = () =>
      log.subscribe({
        group,
        topics: [topic],
        onGap: (at) => gaps.push(at),
        onRecords: async (records) => void values.push(...records.map((record) => record.value)),
      });
    const first = await subscribe();
    await log.publish(topic, [inPartition(1, 'read'), inPartition(2, 'read too')]);
    await until(() => {
      expect(new Set(values)).toEqual(new Set(['read', 'read too']));
      return true;
    });
    await first.close();
    await log.publish(topic, [inPartition(1, 'lost'), inPartition(1, 'lost too')]);
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '-1' }] });
    await log.publish(topic, [inPartition(1, 'next')]);
    await subscribe();
    await until(() => values.includes('next'));
    expect(gaps).toEqual([{ topic, partition: 1 }]);
    expect(errors).toContain('records are missing from the log; the feed must fill the gap');
    expect(values).not.toContain('lost');
  });

  it('follows a topic that was wiped and made again while it reads', async () => {
    const topic = `wiped-${run}`;
    const values: string[] = [];
    const log = open();
    await log.subscribe({
      group: `wiped-${run}`,
      topics: [topic],
      onRecords: async (records) => void values.push(...records.map((record) => record.value)),
    });
    for (let n = 0; n < 5; n++) await log.publish(topic, [inPartition(0, `${n}`)]);
    await until(() => new Set(values).size === 5);
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => !(await admin.listTopics()).includes(topic));
    await until(() => log.ensureTopics([topic]).then(() => true));
    await until(() => log.publish(topic, [inPartition(0, 'new')]).then(() => true), { deadlineMs: 30_000 });
    await until(() => values.includes('new'), { deadlineMs: 40_000 });
  });

  it('does not spin on timers that lie in the past while it is idle (kafkajs#1704)', async () => {
    const log = open();
    await log.ensureTopics([`idle-${run}`]);
    let fetches = 0;
    await log.subscribe({
      group: `idle-${run}`,
      topics: [`idle-${run}`],
      onAssigned: () => (fetches += 1),
      onRecords: async () => undefined,
    });
    await until(() => fetches > 0);
    // What else this process still does comes to an end; a timer that lies in the past does not.
    let [used, began] = [process.cpuUsage(), performance.now()];
    await until(
      () => {
        const ms = performance.now() - began;
        if (ms < 1_000) return false;
        const { user, system } = process.cpuUsage(used);
        [used, began] = [process.cpuUsage(), performance.now()];
        return (user + system) / 1_000 / ms < 0.1;
      },
      { deadlineMs: 30_000 },
    );
    expect(warnings).not.toContain('TimeoutNegativeWarning');
  });
});
