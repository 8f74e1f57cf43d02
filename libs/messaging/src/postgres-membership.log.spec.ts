import { createDatabase, silentLogger, until, type TestDatabase } from '@bitabiz/testing';
import type { Logger } from '@bitabiz/service-kit/log';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog, TopicPartition } from './log.js';
import { PostgresLog } from './postgres-log.js';
import { Membership } from './postgres-membership.js';

const partitions = 6;

describe('a member of a group on Postgres', () => {
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

  it('gives the partitions of a member whose connection died to the others within two seconds', async () => {
    const topic = 'takeover';
    const assigned: TopicPartition[][] = [];
    const values: string[] = [];
    const log = open();
    await log.subscribe({
      group: 'g',
      topics: [topic],
      onAssigned: (now) => assigned.push(now),
      onRecords: async (records) => void values.push(...records.map((record) => record.value)),
    });
    const { rows } = await admin.query<{ group: number; topic: number; ids: number[] }>(
      `select g.id as group, t.id as topic, array_agg(p.id) as ids from log.groups g, log.topics t join log.partitions p on p.topic_id = t.id
       where g.name = 'g' and t.name = $1 group by 1, 2`,
      [topic],
    );
    const { group, topic: topicId, ids } = rows[0] ?? { group: 0, topic: 0, ids: [] };
    const quiet = { message: () => undefined, group: () => undefined };
    // A member that cannot join again by itself.
    const second = await Membership.join(database.ownerUrl, 'second', group, [topicId], quiet);
    await until(() => assigned.at(-1)?.length === partitions / 2);
    expect(await second.take(ids)).toHaveLength(partitions / 2);
    await admin.query('select pg_terminate_backend($1)', [second.pid]);
    await until(() => assigned.at(-1)?.length === partitions, { deadlineMs: 2_000 });
    await log.publish(
      topic,
      Array.from({ length: partitions }, (_, n) => inPartition(n, `${n}`)),
    );
    await until(() => new Set(values).size === partitions);
  });

  it('joins again when its own connection died, and shares again', async () => {
    const topic = 'rejoin';
    const assigned: TopicPartition[][] = [[], []];
    for (const [at, name] of ['one', 'two'].entries()) {
      const subscription = open(name).subscribe({
        group: 'again',
        topics: [topic],
        onAssigned: (now) => (assigned[at] = now),
        onRecords: async () => undefined,
      });
      await subscription;
    }
    const shared = () => assigned.every((each) => each.length === partitions / 2);
    await until(shared);
    const before = await admin.query("select pid from pg_stat_activity where application_name = 'two again'");
    await admin.query('select pg_terminate_backend($1)', [before.rows[0].pid]);
    await until(async () => {
      const { rows } = await admin.query("select pid from pg_stat_activity where application_name = 'two again'");
      return rows.length === 1 && rows[0].pid !== before.rows[0].pid && shared();
    });
  });
});
