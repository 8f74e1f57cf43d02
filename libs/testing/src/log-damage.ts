import { setTimeout as pause } from 'node:timers/promises';
import { createPool, inTransaction } from '@bitabiz/service-kit/database';
import { Kafka, logLevel, type Admin } from 'kafkajs';

/** What can happen to a log behind everybody's back. Topics are named as the log itself names them. */
export interface LogDamage {
  /** Somebody deleted the topic. */
  deleteTopic(topic: string): Promise<void>;
  /** Everything written so far is gone, as after its retention. */
  truncate(topic: string): Promise<void>;
}

export function damageOf(url: string): LogDamage {
  return url.startsWith('kafka:') ? kafkaDamage(url.slice('kafka://'.length)) : postgresDamage(url);
}

function kafkaDamage(brokers: string): LogDamage {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const asAdmin = async (work: (admin: Admin) => Promise<void>) => {
    const admin = kafka.admin();
    await admin.connect();
    await work(admin).finally(() => admin.disconnect());
  };
  return {
    deleteTopic: (topic) =>
      asAdmin(async (admin) => {
        await admin.deleteTopics({ topics: [topic] });
        while ((await admin.listTopics()).includes(topic)) await pause(50);
      }),
    truncate: (topic) =>
      asAdmin(async (admin) => {
        const partitions = (await admin.fetchTopicOffsets(topic)).filter(({ high, low }) => high !== low);
        if (partitions.length === 0) return;
        await admin.deleteTopicRecords({
          topic,
          partitions: partitions.map(({ partition, high }) => ({ partition, offset: high })),
        });
      }),
  };
}

function postgresDamage(url: string): LogDamage {
  const run = async (topic: string, statements: string[]) => {
    const pool = createPool(url, { name: 'damage', max: 1 });
    const partitions = 'select p.id from log.partitions p join log.topics t on t.id = p.topic_id where t.name = $1';
    await inTransaction(pool, async (tx) => {
      await tx.query('lock table log.partitions, log.offsets, log.messages in exclusive mode');
      for (const statement of statements) await tx.query(statement.replace('PARTITIONS', partitions), [topic]);
    }).finally(() => pool.end());
  };
  const messages = 'delete from log.messages where partition_id in (PARTITIONS)';
  return {
    deleteTopic: (topic) =>
      run(topic, [
        'delete from log.offsets where partition_id in (PARTITIONS)',
        messages,
        'delete from log.partitions where id in (PARTITIONS)',
        'delete from log.topics where name = $1',
      ]),
    truncate: (topic) => run(topic, [messages]),
  };
}
