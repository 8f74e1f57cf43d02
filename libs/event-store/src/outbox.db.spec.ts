import { randomUUID } from 'node:crypto';
import { inTransaction } from '@bitabiz/service-kit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, batchOf, event, openStore, type OpenStore } from './store.fixture.js';

let open: OpenStore;
beforeAll(async () => void (open = await openStore()));
afterAll(() => open.close());

const stored = async (account: string) => append(open, account, batchOf([event(`user/${randomUUID()}`)]));
const drain = async () => {
  const seen: string[] = [];
  for (;;) {
    const batches = await open.outbox.claim(100, []);
    if (batches.length === 0) return seen;
    seen.push(...batches.map((batch) => `${batch.accountId}/${batch.lastSeq}`));
    await open.outbox.done(batches.map((batch) => batch.outboxId));
  }
};

describe('the outbox', () => {
  it('loses nothing when it was looked at before the first append', async () => {
    for (let look = 0; look < 4; look++) await open.outbox.claim(100, []);
    const account = randomUUID();
    await stored(account);
    expect(await drain()).toEqual([`${account}/1`]);
  });

  it('gives the rows of an account in its order, each once', async () => {
    const account = randomUUID();
    for (let n = 0; n < 5; n++) await stored(account);
    expect(await drain()).toEqual([1, 2, 3, 4, 5].map((seq) => `${account}/${seq}`));
    expect(await drain()).toEqual([]);
  });

  it('gives a row again until it is done', async () => {
    const account = randomUUID();
    await stored(account);
    const [first] = await open.outbox.claim(100, []);
    const [again] = await open.outbox.claim(100, []);
    expect(again?.outboxId).toBe(first?.outboxId);
    await open.outbox.done([first?.outboxId ?? '']);
  });

  it('leaves out stopped accounts, and gives their rows when they go on', async () => {
    const [stopped, other] = [randomUUID(), randomUUID()];
    await stored(stopped);
    await stored(other);
    const batches = await open.outbox.claim(100, [stopped]);
    expect(batches.map((batch) => batch.accountId)).toEqual([other]);
    await open.outbox.done(batches.map((batch) => batch.outboxId));
    for (let look = 0; look < 4; look++) await open.outbox.claim(100, [stopped]);
    expect(await drain()).toEqual([`${stopped}/1`]);
  });

  it('does not pass over an append that took its number early and committed late', async () => {
    const [slow, quick] = [randomUUID(), randomUUID()];
    const prepared = await open.store.prepare(slow, batchOf([event(`user/${randomUUID()}`)]));
    await inTransaction(open.app, async (tx) => {
      await open.store.append(tx, prepared);
      await stored(quick);
      expect(await drain()).toEqual([`${quick}/1`]);
      for (let look = 0; look < 4; look++) await open.outbox.claim(100, []);
    });
    expect(await drain()).toEqual([`${slow}/1`]);
  });

  it('does not pass over the newest append while it runs: its transaction may be the last that began', async () => {
    const slow = randomUUID();
    const prepared = await open.store.prepare(slow, batchOf([event(`user/${randomUUID()}`)]));
    await inTransaction(open.app, async (tx) => {
      await open.store.append(tx, prepared);
      for (let look = 0; look < 4; look++) expect(await open.outbox.claim(100, [])).toEqual([]);
    });
    expect(await drain()).toEqual([`${slow}/1`]);
  });

  it('is held by one relay at a time', async () => {
    const lock = await open.outbox.tryLock();
    expect(lock).toBeDefined();
    expect(await open.outbox.tryLock()).toBeUndefined();
    await lock?.release();
    const next = await open.outbox.tryLock();
    expect(next).toBeDefined();
    await next?.release();
  });
});
