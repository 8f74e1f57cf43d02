import { randomUUID } from 'node:crypto';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockAccount } from './store.js';
import { append, batchOf, event, openStore, type OpenStore } from './store.fixture.js';

let open: OpenStore;
beforeAll(async () => void (open = await openStore()));
afterAll(() => open.close());

const newStream = () => `user/${randomUUID()}`;

describe('an append', () => {
  it('numbers an account without gaps', async () => {
    const account = randomUUID();
    await append(open, account, batchOf([event(newStream()), event(newStream())]));
    const second = await append(open, account, batchOf([event(newStream())]));
    expect(second).toEqual({ status: 'stored', firstSeq: 3, lastSeq: 3 });
    expect((await open.feed.page(account, 0)).map((each) => each.accountseq)).toEqual([1, 2, 3]);
  });

  it('comes back as a conflict when a stream that was read has moved on', async () => {
    const account = randomUUID();
    const stream = newStream();
    await append(open, account, batchOf([event(stream)]));
    const other = await append(open, account, batchOf([event(newStream())], { reads: [{ stream, version: 0 }] }));
    expect(other).toEqual({ status: 'conflict', streams: [{ stream, expected: 0, actual: 1 }] });
  });

  it('that is sent again with the same ids is stored once', async () => {
    const account = randomUUID();
    const prepared = await open.store.prepare(account, batchOf([event(newStream()), event(newStream())]));
    const first = await open.store.append(open.app, prepared);
    expect(await open.store.append(open.app, prepared)).toEqual(first);
    expect(await open.feed.page(account, 0)).toHaveLength(2);
  });

  it('goes with batches of other accounts, each judged for itself and answered in the order given', async () => {
    const [full, one, other] = [randomUUID(), randomUUID(), randomUUID()].toSorted().toReversed() as [
      string,
      string,
      string,
    ];
    const claim = (stream: string) => [{ key: 'ada@example.org', stream }];
    const holder = newStream();
    await append(open, full, batchOf([event(holder)], { claims: claim(holder) }));
    const second = newStream();
    const prepared = [
      await open.store.prepare(full, batchOf([event(second)], { claims: claim(second) })),
      await open.store.prepare(one, batchOf([event(newStream())])),
      await open.store.prepare(other, batchOf([event(newStream()), event(newStream())])),
    ];
    expect(await open.store.appendAll(open.app, prepared)).toEqual([
      { status: 'taken', claims: claim(holder) },
      { status: 'stored', firstSeq: 1, lastSeq: 1 },
      { status: 'stored', firstSeq: 1, lastSeq: 2 },
    ]);
    expect(await open.feed.page(other, 0)).toHaveLength(2);
    expect(await open.feed.page(full, 0)).toHaveLength(1);
  });

  it('does not wait long for an account that somebody else holds while others go with it', async () => {
    const [held, free] = [randomUUID(), randomUUID()];
    const holder = await open.app.connect();
    await holder.query('begin');
    await lockAccount(holder, held);
    const prepared = [
      await open.store.prepare(held, batchOf([event(newStream())])),
      await open.store.prepare(free, batchOf([event(newStream())])),
    ];
    await expect(open.store.appendAll(open.app, prepared)).rejects.toMatchObject({ code: '55P03' });
    await holder.query('rollback');
    holder.release();
    expect(await open.store.appendAll(open.app, prepared)).toMatchObject([{ status: 'stored' }, { status: 'stored' }]);
  });

  it('comes back as taken when another stream holds a claim', async () => {
    const account = randomUUID();
    const [holder, other] = [newStream(), newStream()];
    const claim = (stream: string) => [{ key: 'ada@example.org', stream }];
    await append(open, account, batchOf([event(holder)], { claims: claim(holder) }));
    const refused = await append(open, account, batchOf([event(other)], { claims: claim(other) }));
    expect(refused).toEqual({ status: 'taken', claims: claim(holder) });
    expect(await open.feed.page(account, 0)).toHaveLength(1);
  });

  it('can hand a claim from one stream to another in one batch', async () => {
    const account = randomUUID();
    const [holder, heir] = [newStream(), newStream()];
    const claim = (stream: string) => [{ key: 'ada@example.org', stream }];
    await append(open, account, batchOf([event(holder)], { claims: claim(holder) }));
    const handed = batchOf([event(heir)], { releases: claim(holder), claims: claim(heir) });
    expect(await append(open, account, handed)).toMatchObject({ status: 'stored' });
  });

  it('refuses an event over 256 kB before anything is stored', async () => {
    const large = event(newStream(), { data: { text: 'x'.repeat(300_000) } });
    await expect(append(open, randomUUID(), batchOf([large]))).rejects.toMatchObject({ code: 'event.tooLarge' });
  });
});

describe('the feed', () => {
  it('carries the id of the event before, also at the start of a page', async () => {
    const account = randomUUID();
    await append(open, account, batchOf([event(newStream()), event(newStream()), event(newStream())]));
    const all = await open.feed.page(account, 0);
    expect(all.map((each) => each.previd)).toEqual([null, all[0]?.id, all[1]?.id]);
    expect((await open.feed.page(account, 1))[0]?.previd).toBe(all[0]?.id);
  });

  it('names the accounts that changed since a cursor, and leaves out quiet ones once older transactions are over', async () => {
    const [quiet, busy] = [randomUUID(), randomUUID()];
    await append(open, quiet, batchOf([event(newStream())]));
    let { cursor } = await open.feed.heads();
    // A transaction elsewhere on the server may hold the cursor back for a moment; then an account is named twice, never left out.
    const named = await until(async () => {
      await append(open, busy, batchOf([event(newStream())]));
      const since = await open.feed.heads(cursor);
      ({ cursor } = since);
      expect(since.complete).toBe(false);
      const accounts = since.heads.map((head) => head.account);
      expect(accounts).toContain(busy);
      return accounts.includes(quiet) ? undefined : accounts;
    });
    expect(named).not.toContain(quiet);
  });

  it('does not miss an append that began before the cursor and committed after it', async () => {
    const account = randomUUID();
    const slow = await open.app.connect();
    await slow.query('begin');
    await open.store.append(slow, await open.store.prepare(account, batchOf([event(newStream())])));
    const { cursor } = await open.feed.heads();
    await slow.query('commit');
    slow.release();
    expect((await open.feed.heads(cursor)).heads.map((head) => head.account)).toContain(account);
  });

  it('answers a cursor of another incarnation completely', async () => {
    expect((await open.feed.heads('99.1')).complete).toBe(true);
  });
});

describe('the key of an employee (decision 10)', () => {
  it('keeps events unreadable in the table', async () => {
    const account = randomUUID();
    const stream = newStream();
    await append(open, account, batchOf([event(stream, { data: { userId: stream.slice(5), secret: 'Lovelace' } })]));
    const { rows } = await open.batch.query<{ data: Buffer }>('select data from store.events where account_id = $1', [
      account,
    ]);
    expect(rows[0]?.data.includes('Lovelace')).toBe(false);
    expect((await open.feed.page(account, 0))[0]?.data).toMatchObject({ secret: 'Lovelace' });
  });

  it('is one per stream', async () => {
    const account = randomUUID();
    await append(open, account, batchOf([event(newStream()), event(newStream())]));
    const { rows } = await open.batch.query('select distinct key_id from store.events where account_id = $1', [
      account,
    ]);
    expect(rows).toHaveLength(2);
  });

  it('once destroyed leaves an erased event in its place, and what is stored in clear stays readable', async () => {
    const account = randomUUID();
    const stream = newStream();
    await append(open, account, batchOf([event(stream)]));
    const { rows } = await open.batch.query<{ key_id: string }>(
      'select key_id from store.events where account_id = $1',
      [account],
    );
    const keyId = rows[0]?.key_id ?? '';
    await append(
      open,
      account,
      batchOf([event(stream, { type: 'UserErased' })], { reads: [{ stream, version: 1, keyId }] }),
    );
    await open.keys.destroy([keyId]);
    expect((await open.feed.page(account, 0)).map(({ erased, data }) => ({ erased, data }))).toEqual([
      { erased: true, data: null },
      { erased: undefined, data: { userId: stream.slice(5) } },
    ]);
  });

  it('opens nothing when an event was moved to another account', async () => {
    const [account, other] = [randomUUID(), randomUUID()];
    await append(open, account, batchOf([event(newStream())]));
    await open.batch.query(
      'insert into store.events select $2, 1, stream, 1, event_id, type, version, happened_at, actor, causation_id, correlation_id, incarnation, key_id, data from store.events where account_id = $1',
      [account, other],
    );
    await expect(open.feed.page(other, 0)).rejects.toThrow();
  });
});
