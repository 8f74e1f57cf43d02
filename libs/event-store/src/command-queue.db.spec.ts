import { randomUUID } from 'node:crypto';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideOn, newStream, type Command } from './command-queue.fixture.js';
import { CommandQueue, lockAccount } from './index.js';
import { largestEvent } from './store.js';
import { openStore, type OpenStore } from './store.fixture.js';

let open: OpenStore;
beforeAll(async () => void (open = await openStore()));
afterAll(() => open.close());

const queueOf = (seen?: number[]) =>
  new CommandQueue<Command, number>(open.app, open.store, decideOn(open.batch, seen));

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

  it.each([
    ['the database refuses', { name: 'a\u0000b' }],
    ['is too large to be stored', { data: { text: 'x'.repeat(largestEvent) } }],
  ])('with one that %s are stored without it', async (_, unfit) => {
    const account = randomUUID();
    const queue = queueOf();
    const bad = { stream: newStream(), ...unfit };
    const results = await Promise.allSettled([
      queue.submit(account, { stream: newStream() }),
      queue.submit(account, bad),
      queue.submit(account, { stream: newStream() }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await open.feed.page(account, 0)).toHaveLength(2);
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
