import { logsUnderTest, until, type LogUnderTest } from '@bitabiz/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog, LogMessage, LogRecord, Subscription, TopicPartition } from './log.js';
import { LogRefused } from './log.js';

const partitions = 8;

/** What a member got, call by call. */
type Member = { calls: LogRecord[][]; assigned: TopicPartition[]; subscription: Subscription };

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

  async function follow(
    from: EventLog,
    group: string,
    onRecords: (records: LogRecord[]) => Promise<void> | void = () => undefined,
  ): Promise<Member> {
    const member: Member = { calls: [], assigned: [], subscription: { close: async () => undefined } };
    member.subscription = await from.subscribe({
      group,
      topics: [topic],
      onAssigned: (now) => void (member.assigned = now),
      async onRecords(records) {
        await onRecords(records);
        member.calls.push(records);
      },
    });
    return member;
  }
  const values = (...members: Member[]) => members.flatMap(({ calls }) => calls.flat().map((record) => record.value));

  it('gives the records of a key in the order in which they were published', async () => {
    const reader = await follow(log, 'order');
    const accounts = keys(20);
    for (let n = 0; n < 30; n++)
      await log.publish(
        topic,
        accounts.map((key) => message(key, `${key}:${n}`)),
      );
    await until(() => values(reader).length >= 600, { deadlineMs: 30_000 });
    for (const account of accounts) {
      const seen = values(reader).filter((value) => value.startsWith(`${account}:`));
      expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => `${account}:${n}`));
    }
  });

  it('keeps the order when publishers call at the same time without waiting', async () => {
    const reader = await follow(log, 'unawaited');
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => log.publish(topic, [message('a', `${n}`), message('b', `${n}`)])),
    );
    await until(() => values(reader).length >= 100);
    const ofA = reader.calls.flat().filter((record) => record.key === 'a');
    expect(ofA.map((record) => record.value)).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
  });

  it('hands over records of one topic and partition per call, with offsets that count without holes', async () => {
    const reader = await follow(log, 'calls');
    await log.publish(
      topic,
      keys(100).map((key) => message(key, key)),
    );
    await until(() => values(reader).length >= 100);
    for (const call of reader.calls) {
      expect(new Set(call.map((record) => `${record.topic}/${record.partition}`)).size).toBe(1);
      expect(call.every((record) => record.partition === log.partitionOf(record.key))).toBe(true);
    }
    const offsets = Map.groupBy(reader.calls.flat(), (record) => record.partition);
    for (const records of offsets.values())
      expect(records.map((r) => Number(r.offset))).toEqual(records.map((_, n) => n));
  });

  it('repeats records that were not taken, before the next ones', async () => {
    let refusals = 0;
    const reader = await follow(log, 'repeat', (records) => {
      if (records.some((record) => record.value === 'poison') && refusals < 2) {
        refusals += 1;
        throw new Error('the database is gone');
      }
    });
    await log.publish(topic, [message('a', 'first'), message('a', 'poison')]);
    await until(() => refusals > 0);
    await log.publish(topic, [message('a', 'last')]);
    await until(() => values(reader).includes('last'), { deadlineMs: 30_000 });
    expect(refusals).toBe(2);
    const firstSeen = [...new Set(values(reader))];
    expect(firstSeen).toEqual(['first', 'poison', 'last']);
  });

  it('goes on with other partitions while one is not taken', async () => {
    const [stuck, free] = [
      message('a', 'stuck'),
      keys(50)
        .map((key) => message(key, 'free'))
        .find((m) => m.partition !== log.partitionOf('a')),
    ];
    const reader = await follow(log, 'stuck', (records) => {
      if (records.some((record) => record.value === 'stuck')) throw new Error('not this one');
    });
    await log.publish(topic, [stuck]);
    await log.publish(topic, [free as LogMessage]);
    await until(() => values(reader).includes('free'));
    expect(values(reader)).not.toContain('stuck');
  });

  it('goes on where the group had come when its last member closed', async () => {
    const before = await follow(log, 'resume');
    await log.publish(topic, [message('a', '1'), message('b', '1')]);
    await until(() => values(before).length === 2);
    await before.subscription.close();
    await log.publish(topic, [message('a', '2'), message('b', '2')]);
    const after = await follow(await open(), 'resume');
    await until(() => values(after).length >= 2, { deadlineMs: 30_000 });
    expect(values(after)).toEqual(['2', '2']);
  });

  it('gives a record again whose call was not over when the member closed', async () => {
    const reader = await follow(log, 'again', () => {
      throw new Error('never');
    });
    await log.publish(topic, [message('a', 'kept')]);
    await reader.subscription.close();
    const after = await follow(await open(), 'again');
    await until(() => values(after).includes('kept'), { deadlineMs: 30_000 });
  });

  it('begins at the oldest record for a group it does not know', async () => {
    await log.publish(topic, [message('a', 'old')]);
    const reader = await follow(log, 'late');
    await until(() => values(reader).includes('old'));
  });

  it('shares the partitions among two members, and gives all to the one that is left', async () => {
    const one = await follow(log, 'shared');
    const two = await follow(await open(), 'shared');
    await until(() => one.assigned.length === partitions / 2 && two.assigned.length === partitions / 2, {
      deadlineMs: 30_000,
    });
    await log.publish(
      topic,
      keys(200).map((key) => message(key, `${key} shared`)),
    );
    await until(() => new Set(values(one, two)).size === 200, { deadlineMs: 30_000 });
    expect(values(one).length).toBeGreaterThan(0);
    expect(values(two).length).toBeGreaterThan(0);
    await two.subscription.close();
    await until(() => one.assigned.length === partitions, { deadlineMs: 30_000 });
    await log.publish(
      topic,
      keys(200).map((key) => message(key, `${key} alone`)),
    );
    await until(() => values(one).filter((value) => value.endsWith('alone')).length >= 200, { deadlineMs: 30_000 });
  });

  it('gives every group all records', async () => {
    const groups = [await follow(log, 'a'), await follow(log, 'b')];
    await log.publish(
      topic,
      keys(20).map((key) => message(key, key)),
    );
    for (const group of groups) await until(() => values(group).length >= 20);
  });

  it('has a record for everybody once publish has resolved', async () => {
    for (let n = 0; n < 5; n++) await log.publish(topic, [message('a', `${n}`)]);
    const other = await open();
    const reader = await follow(other, 'acknowledged');
    await until(() => values(reader).length >= 5);
    expect(values(reader)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('takes a batch of many megabytes in one call', async () => {
    const reader = await follow(log, 'big');
    const big = 'x'.repeat(200_000);
    await log.publish(
      topic,
      Array.from({ length: 60 }, (_, n) => message('a', `${n}:${big}`)),
    );
    await until(() => values(reader).length >= 60, { deadlineMs: 30_000 });
    expect(values(reader).map((value) => Number.parseInt(value))).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('takes thousands of small messages over all partitions', async () => {
    const reader = await follow(log, 'many');
    const messages = keys(5_000).map((key) => message(key, key));
    await log.publish(topic, messages);
    await until(() => new Set(values(reader)).size === 5_000, { deadlineMs: 30_000 });
    expect(new Set(reader.calls.flat().map((record) => record.partition)).size).toBe(partitions);
  });

  it('refuses a message that is too large, by itself, and goes on', async () => {
    await expect(log.publish(topic, [message('a', 'x'.repeat(1_100_000))])).rejects.toThrow(LogRefused);
    await log.publish(topic, [message('a', 'small')]);
    const reader = await follow(log, 'refused');
    await until(() => values(reader).includes('small'));
  });

  it('waits for the call that is running before a subscription is closed', async () => {
    const call = Promise.withResolvers<void>();
    const said: string[] = [];
    const reader = await follow(log, 'closing', async () => {
      said.push('began');
      await call.promise;
      said.push('over');
    });
    await log.publish(topic, [message('a', 'slow')]);
    await until(() => said.includes('began'));
    const closed = reader.subscription.close().then(() => said.push('closed'));
    setImmediate(() => call.resolve());
    await closed;
    expect(said).toEqual(['began', 'over', 'closed']);
    const after = await follow(await open(), 'closing');
    await log.publish(topic, [message('a', 'next')]);
    await until(() => values(after).includes('next'), { deadlineMs: 30_000 });
    expect(values(after)).toEqual(['next']);
  });

  it('keeps the number of partitions with which a topic was made', async () => {
    const other = await under.open({ partitions: partitions * 2 });
    opened.push(other);
    await expect(other.ensureTopics([topic])).rejects.toThrow('8 partitions');
  });

  it('is ready when it can be reached', () => expect(log.ready()).resolves.toBeUndefined());
});
