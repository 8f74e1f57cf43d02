import { randomUUID } from 'node:crypto';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import type { Batch, Claim, Decide, NewEvent, StreamRead } from './index.js';
import { event } from './store.fixture.js';

/** A counter per stream: each command adds one event, if the name it wants is free. */
export type Command = { stream: string; name?: string; refuse?: boolean; data?: object };

export const decideOn =
  (pool: Pool, seen: number[] = []): Decide<Command, number> =>
  async (accountId, commands) => {
    seen.push(commands.length);
    const streams = [...new Set(commands.map((command) => command.stream))];
    const reads = new Map<string, StreamRead>(streams.map((stream) => [stream, { stream, version: 0 }]));
    const { rows } = await pool.query<{ stream: string; version: number; key_id: string }>(
      `select stream, max(stream_version) as version, (array_agg(key_id))[1] as key_id from store.events
       where account_id = $1 and stream = any($2) group by stream`,
      [accountId, streams],
    );
    for (const row of rows) reads.set(row.stream, { stream: row.stream, version: row.version, keyId: row.key_id });
    const events: NewEvent[] = [];
    const claims: Claim[] = [];
    const versions = new Map([...reads].map(([stream, read]) => [stream, read.version]));
    return {
      decide({ stream, name, refuse, data }) {
        if (refuse) throw new Refused('test.refused', 'no');
        const version = (versions.get(stream) ?? 0) + 1;
        versions.set(stream, version);
        events.push(event(stream, data ? { data } : {}));
        if (name !== undefined) claims.push({ key: name, stream });
        return version;
      },
      batch: (): Batch => ({ reads: [...reads.values()], releases: [], claims, events }),
    };
  };

export const newStream = () => `user/${randomUUID()}`;
