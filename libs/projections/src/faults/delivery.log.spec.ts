import { randomUUID } from 'node:crypto';
import { readCheckpoints } from '@bitabiz/messaging/checkpoints';
import type { FeedClient } from '@bitabiz/messaging/feed-client';
import type { LogMessage } from '@bitabiz/messaging/log';
import { repairAccount } from '@bitabiz/messaging/repair';
import { long } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded } from '@bitabiz/testing/random';
import { until } from '@bitabiz/testing/until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { source } from '@bitabiz/event-store/store.fixture';
import { Backbone, topic } from './backbone.fixture.js';
import { delivering, publishing, type Publishing } from './faulty-log.fixture.js';
import { checkInvariants } from './invariants.fixture.js';
import { expectWholeLog, LogOrder } from './log-order.fixture.js';

const changes = long ? 2_000 : 200;
const hour = 3_600_000;
/** Answers of a feed that the log overtakes. */
const slowAnswers = long ? 100 : 10;

describe.each(logsUnderTest())('what a log may do, on $name', (under) => {
  let backbone: Backbone;
  let order: Awaited<ReturnType<typeof LogOrder.follow>>;
  const accounts = Array.from({ length: 4 }, () => randomUUID());
  beforeEach(async () => {
    backbone = await Backbone.open(under.fresh());
    order = await LogOrder.follow(backbone.under);
    backbone.writer();
    backbone.writer();
  });
  afterEach(async () => {
    await order.close();
    await backbone.close();
  });

  it('delivers twice, in another order, late or never: every event is applied exactly once', async () => {
    const random = seeded(`duplicates and reorderings, log on ${under.name}`);
    await backbone.relay();
    await backbone.reader({ wrap: delivering(random) });
    await backbone.changes(random, changes, accounts);
    await checkInvariants(backbone);
  });

  it('gives one partition to two readers that both believe they own it', async () => {
    const random = seeded(`zombie reader, log on ${under.name}`);
    await backbone.relay();
    await backbone.reader({ group: 'first' });
    await backbone.reader({ group: 'second', wrap: delivering(random) });
    await backbone.changes(random, changes, accounts);
    await checkInvariants(backbone);
  });

  it('brings what a slow feed brings too: normal progress is no fork (decision 5)', async () => {
    const random = seeded(`slow feed, log on ${under.name}`);
    const { feed } = backbone.gateway;
    const reached = async (accountId: string) =>
      (await readCheckpoints(backbone.reading, source, [accountId])).get(accountId)?.lastSeq ?? 0;
    await backbone.relay();
    await backbone.reader();
    for (let answer = 0; answer < slowAnswers; answer++) {
      let overtaken = false;
      // The account changes just before its feed is asked, and the log brings the change before the feed's answer is there.
      const slow: FeedClient = {
        heads: (cursor) => feed.heads(cursor),
        async page(accountId, after, limit) {
          if (overtaken) return feed.page(accountId, after, limit);
          await backbone.changes(random, 10, [accountId]);
          const page = await feed.page(accountId, after, limit);
          await until(async () => (await reached(accountId)) > after);
          overtaken = true;
          return page;
        },
      };
      const repair = { ...backbone.repair, feeds: new Map([[source, slow]]) };
      await Promise.all([backbone.changes(random, 20, accounts), repairAccount(repair, source, random.pick(accounts))]);
    }
    await checkInvariants(backbone);
    expect(backbone.lines.filter(({ message }) => message.startsWith('fork'))).toEqual([]);
  });

  it.each(['not stored', 'stored, but the answer is lost'])('fails while it publishes: %s', async (how) => {
    const random = seeded(`publish fails, ${how}, log on ${under.name}`);
    let left = 6;
    // The first events fail for certain, the next ones by chance; a sign of life is nothing that could be lost.
    const failing = () => left > 0 && (left === 6 || random.chance(50)) && (left -= 1) >= 0;
    const failure = (messages: readonly LogMessage[]) =>
      messages.some(({ key }) => key !== source) && failing() ? new Error('connect ECONNREFUSED') : undefined;
    await backbone.relay({ wrap: publishing({ failure, afterwards: how !== 'not stored' }) });
    await backbone.reader();
    await backbone.changes(random, changes, accounts);
    expect(left).toBeLessThan(6);
    await expectWholeLog(order, backbone);
    await checkInvariants(backbone);
  });

  it('has a full disk for a while: the gateway goes on, and everything comes when there is room', async () => {
    const random = seeded(`disk full, log on ${under.name}`);
    const full =
      under.name === 'kafka'
        ? Object.assign(new Error('Disk error when trying to access log file'), { type: 'KAFKA_STORAGE_ERROR' })
        : Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' });
    const disk: Publishing = { failure: () => full };
    const relay = await backbone.relay({ wrap: publishing(disk) });
    await backbone.reader();
    await backbone.changes(random, changes, accounts);
    expect(relay.status()).toMatchObject({ published: 0, problem: full.message, stopped: [] });
    disk.failure = undefined;
    await expectWholeLog(order, backbone);
    await checkInvariants(backbone);
  });

  it('loses the last event of an account between its acknowledgement and its disk', async () => {
    const random = seeded(`lost last event, log on ${under.name}`);
    const broker: Publishing = {};
    await backbone.relay({ wrap: publishing(broker) });
    await backbone.reader();
    await backbone.changes(random, changes, accounts);
    broker.loses = ({ key }) => key !== source;
    await backbone.changes(random, 10, accounts);
    await checkInvariants(backbone);
  });

  it.each(['relay', 'reader'])('is used by a %s whose clock is an hour behind', async (which) => {
    const random = seeded(`clock of a ${which} an hour back, log on ${under.name}`);
    const now = () => new Date(Date.now() - hour);
    await backbone.relay(which === 'relay' ? { now } : {});
    const reader = await backbone.reader(which === 'reader' ? { now } : {});
    await backbone.changes(random, changes, accounts);
    await checkInvariants(backbone);
    expect(reader.age(source)).toBeLessThan(30_000);
  });

  it('has forgotten everything before a reader came that was away for longer than its retention', async () => {
    const random = seeded(`reader a week behind, log on ${under.name}`);
    await backbone.relay();
    const reader = await backbone.reader();
    await backbone.changes(random, changes / 2, accounts);
    await checkInvariants(backbone);
    await reader.close();
    await backbone.changes(random, changes / 2, accounts);
    await expectWholeLog(order, backbone);
    await (await backbone.under.damage()).truncate(topic);
    await backbone.reader();
    await checkInvariants(backbone);
  });
});
