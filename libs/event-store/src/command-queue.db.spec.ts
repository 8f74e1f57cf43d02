import { randomUUID } from 'node:crypto';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CommandQueue,
  lockAccount,
  type Batch,
  type Claim,
  type Decide,
  type NewEvent,
  type StreamRead,
} from './index.js';
import { event, openStore, type OpenStore } from './store.fixture.js';

let open: OpenStore;
beforeAll(async () => void (open = await openStore()));
afterAll(() => open.close());

/** A counter per stream: each command adds one event, if the name it wants is free. */
type Command = { stream: string; name?: string; refuse?: boolean; data?: object };

const decideOn =
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

const queueOf = (seen?: number[]) =>
  new CommandQueue<Command, number>(open.app, open.store, decideOn(open.batch, seen));
const newStream = () => `user/${randomUUID()}`;

describe('commands that wait for one account', () => {
  it('are decided in order and stored in batches', async () => {
    const [account, stream] = [randomUUID(), newStream()];
    const seen: number[] = [];
    const queue = queueOf(seen);
    const results = await Promise.all(Array.from({ length: 150 }, () => queue.submit(account, { stream })));
    expect(results).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
    expect(seen).toEqual([100, 50]);
    expect((await open.feed.page(account, 0)).map((each) => each.streamversion)).toEqual(results);
  });

  it('fail alone when a rule refuses them', async () => {
    const [account, stream] = [randomUUID(), newStream()];
    const queue = queueOf();
    const results = await Promise.allSettled([1, 2, 3].map((n) => queue.submit(account, { stream, refuse: n === 2 })));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await open.feed.page(account, 0)).toHaveLength(2);
  });

  it('from many replicas lose nothing and leave no gap', async () => {
    const account = randomUUID();
    const streams = [newStream(), newStream(), newStream()];
    const queues = Array.from({ length: 6 }, () => queueOf());
    const work = queues.flatMap((queue, q) =>
      Array.from({ length: 20 }, (_, n) => () => queue.submit(account, { stream: streams[(q + n) % 3] ?? '' })),
    );
    const submitAll = async (todo: (() => Promise<number>)[]): Promise<void> => {
      // A replica that keeps losing answers "busy"; its caller tries again, as Entra does.
      const settled = await Promise.allSettled(todo.map((submit) => submit()));
      const again = todo.filter((_, index) => settled[index]?.status === 'rejected');
      const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Refused).code] : []));
      expect(
        new Set(reasons).size === 0 || (reasons.length > 0 && reasons.every((code) => code === 'store.busy')),
      ).toBe(true);
      if (again.length > 0) await submitAll(again);
    };
    await submitAll(work);
    const events = await open.feed.page(account, 0);
    expect(events.map((each) => each.accountseq)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    for (const stream of streams) {
      const versions = events.filter((each) => each.subject === stream).map((each) => each.streamversion);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
  });

  it('are stored once although the connection died before the answer', async () => {
    const [account, stream] = [randomUUID(), newStream()];
    let failures = 2;
    const flaky = {
      query: async (...args: [string]) => {
        const result = await open.app.query(...args);
        if (failures-- > 0)
          throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
        return result;
      },
    } as unknown as Pool;
    const queue = new CommandQueue<Command, number>(flaky, open.store, decideOn(open.batch));
    expect(await queue.submit(account, { stream })).toBe(1);
    expect(await open.feed.page(account, 0)).toHaveLength(1);
  });

  it('with one that the database refuses are stored without it', async () => {
    const account = randomUUID();
    const queue = queueOf();
    const bad = { stream: newStream(), name: 'a\u0000b' };
    const results = await Promise.allSettled([
      queue.submit(account, { stream: newStream() }),
      queue.submit(account, bad),
      queue.submit(account, { stream: newStream() }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await open.feed.page(account, 0)).toHaveLength(2);
  });

  it('of other streams are decided while a batch is stored, and all are stored whatever comes of it', async () => {
    const account = randomUUID();
    const streams = Array.from({ length: 16 }, newStream);
    const seen: number[] = [];
    const beside: number[] = [];
    const begun = Promise.withResolvers<void>();
    let running = 0;
    const queue = new CommandQueue<Command, number>(
      open.app,
      open.store,
      async (...args) => {
        beside.push(++running);
        begun.resolve();
        const decision = await decideOn(open.batch, seen)(...args);
        return { ...decision, onStored: () => (running -= 1) };
      },
      { keysOf: ({ stream }) => new Set([stream]) },
    );
    const chain = async (stream: string, length: number): Promise<number> => {
      const version = await queue.submit(account, { stream });
      return version < length ? chain(stream, length) : version;
    };
    const first = streams.slice(0, 8).map((stream) => chain(stream, 20));
    await begun.promise;
    await Promise.all([...first, ...streams.slice(8).map((stream) => chain(stream, 20))]);
    expect(Math.max(...beside)).toBe(2);
    const events = await open.feed.page(account, 0);
    expect(events.map((each) => each.accountseq)).toEqual(Array.from({ length: 320 }, (_, index) => index + 1));
    for (const stream of streams) {
      const versions = events.filter((each) => each.subject === stream).map((each) => each.streamversion);
      expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    }
    // Nobody had to be decided twice: what runs beside each other has nothing to do with each other.
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(320);
  });

  it('of different accounts do not wait for each other', async () => {
    const [slow, quick] = [randomUUID(), randomUUID()];
    const holder = await open.app.connect();
    await holder.query('begin');
    await lockAccount(holder, slow);
    const queue = queueOf();
    const waiting = queue.submit(slow, { stream: newStream() });
    await queue.submit(quick, { stream: newStream() });
    expect(await open.feed.page(slow, 0)).toEqual([]);
    await holder.query('commit');
    holder.release();
    await waiting;
  });
});
