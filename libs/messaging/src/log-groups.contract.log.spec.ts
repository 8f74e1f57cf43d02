import { follow, logsUnderTest, until, valuesOf, type LogUnderTest } from '@bitabiz/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog, LogMessage } from './log.js';

const partitions = 8;

describe.each(logsUnderTest())('a group of readers on $name', (under: LogUnderTest) => {
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

  it('goes on where the group had come when its last member closed', async () => {
    const before = await follow(log, topic, 'resume');
    await log.publish(topic, [message('a', '1'), message('b', '1')]);
    await until(() => valuesOf(before).length === 2);
    await before.subscription.close();
    await log.publish(topic, [message('a', '2'), message('b', '2')]);
    const after = await follow(await open(), topic, 'resume');
    await until(() => valuesOf(after).length >= 2, { deadlineMs: 30_000 });
    expect(valuesOf(after)).toEqual(['2', '2']);
  });

  it('gives a record again whose call was not over when the member closed', async () => {
    const reader = await follow(log, topic, 'again', () => {
      throw new Error('never');
    });
    await log.publish(topic, [message('a', 'kept')]);
    await reader.subscription.close();
    const after = await follow(await open(), topic, 'again');
    await until(() => valuesOf(after).includes('kept'), { deadlineMs: 30_000 });
  });

  it('begins at the oldest record for a group it does not know', async () => {
    await log.publish(topic, [message('a', 'old')]);
    const reader = await follow(log, topic, 'late');
    await until(() => valuesOf(reader).includes('old'));
  });

  it('shares the partitions among two members, and gives all to the one that is left', async () => {
    const one = await follow(log, topic, 'shared');
    const two = await follow(await open(), topic, 'shared');
    await until(() => one.assigned.length === partitions / 2 && two.assigned.length === partitions / 2, {
      deadlineMs: 30_000,
    });
    await log.publish(
      topic,
      keys(200).map((key) => message(key, `${key} shared`)),
    );
    await until(() => new Set(valuesOf(one, two)).size === 200, { deadlineMs: 30_000 });
    expect(valuesOf(one).length).toBeGreaterThan(0);
    expect(valuesOf(two).length).toBeGreaterThan(0);
    await two.subscription.close();
    await until(() => one.assigned.length === partitions, { deadlineMs: 30_000 });
    await log.publish(
      topic,
      keys(200).map((key) => message(key, `${key} alone`)),
    );
    await until(() => valuesOf(one).filter((value) => value.endsWith('alone')).length >= 200, { deadlineMs: 30_000 });
  });

  it('gives every group all records', async () => {
    const groups = [await follow(log, topic, 'a'), await follow(log, topic, 'b')];
    await log.publish(
      topic,
      keys(20).map((key) => message(key, key)),
    );
    for (const group of groups) await until(() => valuesOf(group).length >= 20);
  });

  it('waits for the call that is running before a subscription is closed', async () => {
    const call = Promise.withResolvers<void>();
    const said: string[] = [];
    const reader = await follow(log, topic, 'closing', async () => {
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
    const after = await follow(await open(), topic, 'closing');
    await log.publish(topic, [message('a', 'next')]);
    await until(() => valuesOf(after).includes('next'), { deadlineMs: 30_000 });
    expect(valuesOf(after)).toEqual(['next']);
  });
});
