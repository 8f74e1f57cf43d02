import { randomUUID } from 'node:crypto';
import { withConnection } from '@bitabiz/service-kit/database';
import { long } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded, type Random } from '@bitabiz/testing/random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Backbone } from './backbone.fixture.js';
import { checkInvariants, historyOf } from './invariants.fixture.js';
import { expectWholeLog, LogOrder } from './log-order.fixture.js';
import { hired, newEvent } from './writers.fixture.js';

const eventsInAll = long ? 4_800 : 480;

describe.each(logsUnderTest())('concurrent writers, the log on $name', (under) => {
  let backbone: Backbone;
  let order: Awaited<ReturnType<typeof LogOrder.follow>>;
  beforeEach(async () => {
    backbone = await Backbone.open(under.fresh());
    order = await LogOrder.follow(backbone.under);
  });
  afterEach(async () => {
    await order.close();
    await backbone.close();
  });

  /** Holds its transaction, and with it the account's lock, open for a random while, as a slow disk or a busy server would. */
  async function slowAppend(accountId: string, random: Random): Promise<void> {
    const { app, store } = backbone.gateway;
    const userId = randomUUID();
    const stream = `user/${userId}`;
    const events = [newEvent(stream, hired(userId))];
    const reads = [{ stream, version: 0 }];
    const prepared = await store.prepare(accountId, { reads, releases: [], claims: [], events });
    await withConnection(app, async (connection) => {
      await connection.query('select pg_sleep($1 / 1000.0)', [random.int(0, 5)]);
      await connection.query('begin');
      const appended = await store.append(connection, prepared).catch((error: Error) => error.message);
      expect(appended).toMatchObject({ status: 'stored' });
      await connection.query('select pg_sleep($1 / 1000.0)', [random.int(0, 15)]);
      await connection.query('commit');
    });
  }

  it.each([8, 32])('%i of them lose nothing and break no order (decision 3)', async (writers) => {
    const random = seeded(`${writers} writers, log on ${under.name}`);
    const accounts = Array.from({ length: 6 }, () => randomUUID());
    await backbone.relay();
    await backbone.relay();
    await backbone.reader();
    await backbone.reader();
    let left = eventsInAll;
    const asking = askForHeads();
    await Promise.all(
      Array.from({ length: writers }, async () => {
        while (left-- > 0) await slowAppend(random.pick(accounts), random);
      }),
    );
    await asking.stop();
    await expectWholeLog(order, backbone);
    await checkInvariants(backbone);
    expect([...order.byAccount.values()].flat()).toHaveLength(eventsInAll);
  });

  /** Asks "changed since" all the time, as readers do, and remembers each account's last named head. */
  function askForHeads() {
    let cursor: string | undefined;
    let asking = true;
    const last = new Map<string, number>();
    const ask = async () => {
      const answer = await backbone.gateway.feed.heads(cursor);
      ({ cursor } = answer);
      for (const { account, seq } of answer.heads) last.set(account, seq);
    };
    const loop = (async () => {
      while (asking) await ask();
    })();
    return {
      async stop() {
        asking = false;
        await loop;
        await ask();
        // No commit may slip through between two answers: what was named last is how far each account is.
        const { heads } = await backbone.gateway.feed.heads();
        expect(Object.fromEntries(last)).toEqual(Object.fromEntries(heads.map(({ account, seq }) => [account, seq])));
      },
    };
  }

  it('keep a rule about two people, whichever of them another replica changes meanwhile (decision 2)', async () => {
    const random = seeded(`a rule about two streams, log on ${under.name}`);
    const accountId = randomUUID();
    const [one, two] = [backbone.writer(), backbone.writer()];
    const pairs = Array.from({ length: 4 }, () => [randomUUID(), randomUUID()] as const);
    await Promise.all(
      Array.from({ length: long ? 4_000 : 400 }, () => {
        const [person, partner] = random.shuffled(random.pick(pairs));
        return random.pick([one, two]).change(accountId, person ?? '', partner);
      }),
    );
    const codes = new Set([...one.refused, ...two.refused].map((error) => (error as { code?: string }).code));
    expect([...codes].filter((code) => code !== 'partner.active' && code !== 'store.busy')).toEqual([]);
    expect(codes).toContain('partner.active');
    const active = new Set<string>();
    for (const { type, subject } of await historyOf(backbone.gateway.feed, accountId)) {
      if (type === 'UserSuspended') active.delete(subject);
      else active.add(subject);
      const both = pairs.filter((pair) => pair.every((id) => active.has(`user/${id}`)));
      expect(both).toEqual([]);
    }
    await backbone.relay();
    await backbone.reader();
    await checkInvariants(backbone);
    await expectWholeLog(order, backbone);
  });
});
