import { follow, logsUnderTest, until, valuesOf, type LogUnderTest } from '@bitabiz/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogRefused, type EventLog, type LogMessage } from './log.js';

const partitions = 8;

describe.each(logsUnderTest())('the event log on $name', (under: LogUnderTest) => {
  let log: EventLog;
  let topic: string;
  let opened: EventLog[];
  let count = 0;

  beforeEach(async () => {
    opened = [];
    topic = `topic-${(count += 1)}`;
    log = await open();
    await log.ensureTopics([topic]);
  });
  afterEach(() => Promise.all(opened.map((each) => each.close())));

  async function open(): Promise<EventLog> {
    const another = await under.open({ partitions });
    opened.push(another);
    return another;
  }

  const message = (key: string, value: string): LogMessage => ({ partition: log.partitionOf(key), key, value });
  const keys = (number: number) => Array.from({ length: number }, (_, n) => `account-${n}`);

  it('gives the records of a key in the order in which they were published', async () => {
    const reader = await follow(log, topic, 'order');
    const accounts = keys(20);
    for (let n = 0; n < 30; n++)
      await log.publish(
        topic,
        accounts.map((key) => message(key, `${key}:${n}`)),
      );
    await until(() => valuesOf(reader).length >= 600, { deadlineMs: 30_000 });
    for (const account of accounts) {
      const seen = valuesOf(reader).filter((value) => value.startsWith(`${account}:`));
      expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => `${account}:${n}`));
    }
  });

  it('keeps the order when publishers call at the same time without waiting', async () => {
    const reader = await follow(log, topic, 'unawaited');
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => log.publish(topic, [message('a', `${n}`), message('b', `${n}`)])),
    );
    await until(() => valuesOf(reader).length >= 100);
    const ofA = reader.calls.flat().filter((record) => record.key === 'a');
    expect([...new Set(ofA.map((record) => record.value))]).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
  });

  it('hands over records of one topic and partition per call, with offsets that count without holes', async () => {
    const reader = await follow(log, topic, 'calls');
    await log.publish(
      topic,
      keys(100).map((key) => message(key, key)),
    );
    await until(() => valuesOf(reader).length >= 100);
    for (const call of reader.calls) {
      expect(new Set(call.map((record) => `${record.topic}/${record.partition}`)).size).toBe(1);
      expect(call.every((record) => record.partition === log.partitionOf(record.key))).toBe(true);
    }
    for (const records of Map.groupBy(reader.calls.flat(), (record) => record.partition).values()) {
      const offsets = [...new Set(records.map((record) => Number(record.offset)))];
      expect(offsets).toEqual(offsets.map((_, nth) => nth));
    }
  });

  it('repeats records that were not taken, before the next ones', async () => {
    let refusals = 0;
    const reader = await follow(log, topic, 'repeat', (records) => {
      if (records.some((record) => record.value === 'poison') && refusals < 2) {
        refusals += 1;
        throw new Error('the database is gone');
      }
    });
    await log.publish(topic, [message('a', 'first'), message('a', 'poison')]);
    await until(() => refusals > 0);
    await log.publish(topic, [message('a', 'last')]);
    await until(() => valuesOf(reader).includes('last'), { deadlineMs: 30_000 });
    expect(refusals).toBe(2);
    const firstSeen = [...new Set(valuesOf(reader))];
    expect(firstSeen).toEqual(['first', 'poison', 'last']);
  });

  it('goes on with other partitions while one is not taken', async () => {
    const [stuck, free] = [
      message('a', 'stuck'),
      keys(50)
        .map((key) => message(key, 'free'))
        .find((m) => m.partition !== log.partitionOf('a')),
    ];
    const reader = await follow(log, topic, 'stuck', (records) => {
      if (records.some((record) => record.value === 'stuck')) throw new Error('not this one');
    });
    await log.publish(topic, [stuck]);
    await log.publish(topic, [free as LogMessage]);
    await until(() => valuesOf(reader).includes('free'));
    expect(valuesOf(reader)).not.toContain('stuck');
  });

  it('has a record for everybody once publish has resolved', async () => {
    for (let n = 0; n < 5; n++) await log.publish(topic, [message('a', `${n}`)]);
    const other = await open();
    const reader = await follow(other, topic, 'acknowledged');
    await until(() => valuesOf(reader).length >= 5);
    expect(valuesOf(reader)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('takes a batch of many megabytes in one call', async () => {
    const reader = await follow(log, topic, 'big');
    const big = 'x'.repeat(200_000);
    await log.publish(
      topic,
      Array.from({ length: 60 }, (_, n) => message('a', `${n}:${big}`)),
    );
    await until(() => valuesOf(reader).length >= 60, { deadlineMs: 30_000 });
    expect(valuesOf(reader).map((value) => Number.parseInt(value))).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('takes thousands of small messages over all partitions', async () => {
    const reader = await follow(log, topic, 'many');
    const messages = keys(5_000).map((key) => message(key, key));
    await log.publish(topic, messages);
    await until(() => new Set(valuesOf(reader)).size === 5_000, { deadlineMs: 30_000 });
    expect(new Set(reader.calls.flat().map((record) => record.partition)).size).toBe(partitions);
  });

  it('refuses a message that is too large, by itself, and goes on', async () => {
    await expect(log.publish(topic, [message('a', 'x'.repeat(1_100_000))])).rejects.toThrow(LogRefused);
    await log.publish(topic, [message('a', 'small')]);
    const reader = await follow(log, topic, 'refused');
    await until(() => valuesOf(reader).includes('small'));
  });

  it('keeps the number of partitions with which a topic was made', async () => {
    const other = await under.open({ partitions: partitions * 2 });
    opened.push(other);
    await expect(other.ensureTopics([topic])).rejects.toThrow('8 partitions');
  });

  it('is ready when it can be reached', () => expect(log.ready()).resolves.toBeUndefined());
});
