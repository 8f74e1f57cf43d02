import { createPool, withConnection } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import { sqlFile } from '@bitabiz/service-kit/migrations';
import { plainArray, textArray } from '@bitabiz/service-kit/sql-arrays';
import type { Pool } from 'pg';
import { LogRefused, type LogMessage } from './log.js';
import { wrongPartitions } from './wrong-partitions.js';

const tables = sqlFile(import.meta.url, './postgres-log.table.sql');

/** The session that makes the tables, and the one that prunes, hold this lock of the log's database. */
const lockId = 20264;

export type Partition = { id: number; topic: string; topicId: number; partition: number };
/** A row without an offset says that a partition's counter is not what its reader expects, and nothing is left to read. */
export type Row = { id: number; next: number; offset: number | undefined; key: string; value: string };

/** The log's own database: topics, partitions, messages and how far each group has come. */
export class PostgresStore {
  readonly pool: Pool;
  private prepared: Promise<void> | undefined;

  constructor(url: string, name: string, logger: Logger) {
    this.pool = createPool(url, { name, max: 6, logger });
  }

  /** Makes the tables if they are missing, one process at a time. After a failure it is tried again. */
  prepare(): Promise<void> {
    this.prepared ??= this.makeTables().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }

  async ensureTopics(names: string[], partitions: number): Promise<void> {
    await this.prepare();
    await this.pool.query(
      `with made as (
         insert into log.topics (name, partitions) select name, $2 from unnest($1::text[]) name
         on conflict (name) do nothing returning id)
       insert into log.partitions (topic_id, partition) select id, n from made, generate_series(0, $2 - 1) n order by id, n`,
      [[...names].sort(), partitions],
    );
    const { rows } = await this.pool.query<{ name: string; partitions: number }>(
      'select name, partitions from log.topics where name = any($1) and partitions <> $2',
      [names, partitions],
    );
    if (rows[0]) throw wrongPartitions(rows[0].name, rows[0].partitions, partitions);
  }

  async partitionsOf(topics: string[]): Promise<Partition[]> {
    const { rows } = await this.pool.query<Partition>(
      `select p.id, t.name as topic, t.id as "topicId", p.partition
       from log.partitions p join log.topics t on t.id = p.topic_id where t.name = any($1) order by p.id`,
      [topics],
    );
    return rows;
  }

  /** @throws LogRefused when it is the messages' fault (SQLSTATE 22, 54); the whole batch is stored or nothing. */
  async publish(topic: string, messages: LogMessage[]): Promise<void> {
    try {
      await this.pool.query({
        name: 'log-publish',
        text: 'select log.publish($1, $2, $3, $4)',
        values: [
          topic,
          plainArray(messages.map((each) => each.partition)),
          textArray(messages.map((each) => each.key)),
          textArray(messages.map((each) => each.value)),
        ],
      });
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      if (code && /^(22|54)...$/.test(code)) throw new LogRefused(message, { cause: error });
      throw error;
    }
  }

  /** Up to `most` messages and about a megabyte of each partition that has something its reader has not seen. */
  async read(wanted: { id: number; next: number }[], most: number): Promise<Row[]> {
    const { rows } = await this.pool.query<{
      id: number;
      next_offset: string;
      offset: string | null;
      key: string;
      value: string;
    }>({
      name: 'log-read',
      text: 'select * from log.read($1, $2, $3, $4)',
      values: [wanted.map((each) => each.id), wanted.map((each) => each.next), most, 1_000_000],
    });
    return rows.map(({ id, next_offset, offset, key, value }) => ({
      id,
      next: Number(next_offset),
      offset: offset === null ? undefined : Number(offset),
      key,
      value,
    }));
  }

  async groupId(name: string): Promise<number> {
    const found = await this.pool.query<{ id: number }>('select id from log.groups where name = $1', [name]);
    if (found.rows[0]) return found.rows[0].id;
    await this.pool.query('insert into log.groups (name) values ($1) on conflict do nothing', [name]);
    return this.groupId(name);
  }

  async commit(groupId: number, offsets: Map<number, number>): Promise<void> {
    await this.pool.query({
      name: 'log-commit',
      text: `insert into log.offsets (group_id, partition_id, next_offset) select $1, id, next from unnest($2::int[], $3::bigint[]) w(id, next) order by id
        on conflict (group_id, partition_id) do update set next_offset = excluded.next_offset`,
      values: [groupId, [...offsets.keys()], [...offsets.values()]],
    });
  }

  /** Deletes messages older than `before`; the feeds keep their content for ever. @returns how many, or undefined when another process is at it. */
  async prune(before: Date): Promise<number | undefined> {
    // Closing the session gives its lock back whatever happened.
    return withConnection(
      this.pool,
      async (client) => {
        const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [lockId]);
        if (!rows[0]?.held) return undefined;
        const { rowCount } = await client.query('delete from log.messages where at < $1', [before]);
        return rowCount ?? 0;
      },
      'close',
    );
  }

  private async makeTables(): Promise<void> {
    const exist = "select to_regprocedure('log.read(int[],bigint[],int,bigint)') is not null as ready";
    const { rows } = await this.pool.query<{ ready: boolean }>(exist);
    if (rows[0]?.ready) return;
    await withConnection(
      this.pool,
      async (client) => {
        await client.query('select pg_advisory_lock($1)', [lockId]);
        const again = await client.query<{ ready: boolean }>(exist);
        if (!again.rows[0]?.ready) await client.query(`begin; ${tables} commit;`);
      },
      'close',
    );
  }
}
