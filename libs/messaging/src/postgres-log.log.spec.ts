import { createDatabase, silentLogger, until, type TestDatabase } from '@bitabiz/testing';
import type { Logger } from '@bitabiz/service-kit/log';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog, LogRecord, TopicPartition } from './log.js';
import { PostgresLog } from './postgres-log.js';

const partitions = 6;

describe('the event log on Postgres', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  const opened: EventLog[] = [];
  beforeAll(async () => {
    database = await createDatabase('event_log');
    admin = new pg.Client({ connectionString: database.adminUrl });
    admin.on('error', () => undefined);
    await admin.connect();
  });
  afterEach(async () => void (await Promise.all(opened.splice(0).map((each) => each.close()))));
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  function open(clientId = 'test', logger: Logger = silentLogger): PostgresLog {
    const log = new PostgresLog(database.ownerUrl, { clientId, partitions, logger });
    opened.push(log);
    return log;
  }

  const inPartition = (partition: number, value: string) => ({ partition, key: 'key', value });

  it('makes its tables once, however many processes open it at the same time', async () => {
    const fresh = await createDatabase('event_log');
    const logs = Array.from(
      { length: 5 },
      () => new PostgresLog(fresh.ownerUrl, { clientId: 'test', partitions, logger: silentLogger }),
    );
    await Promise.all(logs.map((log) => log.ensureTopics(['a', 'b'])));
    await Promise.all(logs.map((log) => log.close()));
    await fresh.drop();
  });

  it('loses no record to a reader while several processes write into the same partitions', async () => {
    const topic = 'writers';
    const reader = open();
    const offsets = new Map<number, number[]>();
    await reader.subscribe({
      group: 'reader',
      topics: [topic],
      async onRecords(records) {
        for (const { partition, offset } of records)
          offsets.set(partition, [...(offsets.get(partition) ?? []), Number(offset)]);
      },
    });
    const writers = Array.from({ length: 8 }, () => open());
    await Promise.all(
      writers.map(async (writer) => {
        for (let n = 0; n < 40; n++) {
          // In another order each time, so that locks taken as they come would meet in a circle.
          const order = Array.from({ length: partitions }, (_, at) => (at + n) % partitions);
          await writer.publish(
            topic,
            order.map((partition) => inPartition(partition, `${n}`)),
          );
        }
      }),
    );
    await until(() => [...offsets.values()].flat().length >= 8 * 40 * partitions);
    for (const seen of offsets.values()) expect(seen).toEqual(Array.from({ length: 320 }, (_, n) => n));
  });

  it('goes on after Postgres has ended all its connections', async () => {
    const topic = 'restart';
    const values: string[] = [];
    const log = open('restarted');
    await log.subscribe({
      group: 'g',
      topics: [topic],
      onRecords: async (records) => void values.push(...records.map((record) => record.value)),
    });
    await log.publish(topic, [inPartition(0, 'before')]);
    await until(() => values.includes('before'));
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await until(() => log.publish(topic, [inPartition(0, 'after')]).then(() => true));
    await until(() => values.includes('after'), { deadlineMs: 15_000 });
  });

  it('finds a record whose wake-up was lost within two seconds', async () => {
    const topic = 'unheard';
    const records: LogRecord[] = [];
    const log = open();
    await log.subscribe({ group: 'g', topics: [topic], onRecords: async (got) => void records.push(...got) });
    await admin.query("select log.publish($1, '{0}', '{key}', '{quiet}')", [topic]);
    await until(() => records.length === 1, { deadlineMs: 2_000 });
  });

  it('says loudly that records are gone when the retention has overtaken a reader', async () => {
    const topic = 'pruned';
    const gaps: TopicPartition[] = [];
    const errors: string[] = [];
    const values: string[] = [];
    const log = open('pruner', { ...silentLogger, error: (_, message) => void errors.push(message) });
    const subscribe = () =>
      log.subscribe({
        group: 'g',
        topics: [topic],
        onGap: (at) => gaps.push(at),
        onRecords: async (records) => void values.push(...records.map((record) => record.value)),
      });
    const first = await subscribe();
    await log.publish(topic, [inPartition(1, 'read')]);
    await until(() => values.includes('read'));
    await first.close();
    await log.publish(topic, [inPartition(1, 'lost')]);
    await log.prune(new Date(Date.now() + 60_000));
    await subscribe();
    await log.publish(topic, [inPartition(1, 'next')]);
    await until(() => values.includes('next'));
    expect(values).toEqual(['read', 'next']);
    expect(gaps).toEqual([{ topic, partition: 1 }]);
    expect(errors).toEqual(['records are missing from the log; the feed must fill the gap']);
  });

  it('says loudly that the log was set back, and begins again at what it has', async () => {
    const topic = 'restored';
    const gaps: TopicPartition[] = [];
    const values: string[] = [];
    const log = open();
    await log.subscribe({
      group: 'g',
      topics: [topic],
      onGap: (at) => gaps.push(at),
      onRecords: async (records) => void values.push(...records.map((record) => record.value)),
    });
    for (const value of ['0', '1', '2']) await log.publish(topic, [inPartition(2, value)]);
    await until(() => values.length === 3);
    const id =
      '(select p.id from log.partitions p join log.topics t on t.id = p.topic_id where name = $1 and partition = 2)';
    await admin.query(`delete from log.messages where partition_id = ${id} and "offset" > 0`, [topic]);
    await admin.query(`update log.partitions set next_offset = 1 where id = ${id}`, [topic]);
    await until(() => gaps.length > 0, { deadlineMs: 3_000 });
    await log.publish(topic, [inPartition(2, 'new')]);
    await until(() => values.includes('new'));
    expect(values).toEqual(['0', '1', '2', '0', 'new']);
  });

  it('keeps what is younger than the retention', async () => {
    const topic = 'kept';
    const log = open();
    await log.ensureTopics([topic]);
    await log.publish(topic, [inPartition(0, 'young')]);
    await log.prune();
    const { rows } = await admin.query("select value from log.messages where value = 'young'");
    expect(rows).toHaveLength(1);
  });

  it('refuses to publish into a topic that does not exist, instead of losing the message', async () => {
    await expect(open().publish('nowhere', [inPartition(0, 'x')])).rejects.toThrow(
      'topic nowhere has no such partition',
    );
  });
});
