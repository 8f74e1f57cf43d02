import { randomUUID } from 'node:crypto';
import { createPool } from '@bitabiz/service-kit/database';
import { long } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded, type Random } from '@bitabiz/testing/random';
import { TcpProxy } from '@bitabiz/testing/tcp-proxy';
import { until } from '@bitabiz/testing/until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { liveSchema, searchPath } from '../projection.js';
import { Backbone } from './backbone.fixture.js';
import { breakingCommits } from './breaking-pool.fixture.js';
import { checkInvariants } from './invariants.fixture.js';
import { expectWholeLog, LogOrder } from './log-order.fixture.js';

const changes = long ? 3_000 : 300;
const cuts = long ? 60 : 8;

describe.each(logsUnderTest())('connections that are cut and slowed, the log on $name', (under) => {
  let backbone: Backbone;
  let order: Awaited<ReturnType<typeof LogOrder.follow>>;
  let proxy: TcpProxy;
  const accounts = Array.from({ length: 4 }, () => randomUUID());
  beforeEach(async () => {
    backbone = await Backbone.open(under.fresh());
    order = await LogOrder.follow(backbone.under);
    proxy = await TcpProxy.open(backbone.gateway.database.appUrl);
  });
  afterEach(async () => {
    await order.close();
    await backbone.close();
    await proxy.close();
  });

  /** Runs the work while the proxy is cut at random points of it, each time after something has passed. */
  async function whileCutting(random: Random, work: () => Promise<void>, count = cuts): Promise<void> {
    let over = false;
    const working = work().finally(() => (over = true));
    for (let n = 0; n < count && !over; n++) {
      const before = proxy.passed;
      const pieces = random.int(20, 200);
      await until(() => over || proxy.passed > before + pieces, { deadlineMs: 30_000, everyMs: 1 });
      proxy.cut(() => random.chance(70));
    }
    await working;
  }

  it('of writers, in the middle of an append: what was acknowledged is stored, once', async () => {
    const random = seeded(`writers' connections cut, log on ${under.name}`);
    for (let n = 0; n < 2; n++) backbone.writer(proxy.through(backbone.gateway.database.appUrl));
    await backbone.relay();
    await backbone.reader();
    await whileCutting(random, () => backbone.changes(random, changes, accounts));
    // A batch that is sent again gets its answer: hardly anybody has to be told of the broken connection.
    const refused = backbone.writers.flatMap((writers) => writers.refused);
    expect(refused.length).toBeLessThan(changes / 10);
    await expectWholeLog(order, backbone);
    await checkInvariants(backbone);
  });

  it('of the relays, whose lock goes to the other one', async () => {
    const random = seeded(`relays' connections cut, log on ${under.name}`);
    backbone.writer();
    const url = proxy.through(backbone.gateway.database.batchUrl);
    for (let n = 0; n < 2; n++) await backbone.relay({ url });
    await backbone.reader();
    await whileCutting(random, () => backbone.changes(random, changes, accounts));
    await expectWholeLog(order, backbone);
    await checkInvariants(backbone);
  });

  it('of the readers, slowly and in the middle of their transactions', async () => {
    const random = seeded(`readers' connections cut, log on ${under.name}`);
    backbone.writer();
    await backbone.relay();
    const url = proxy.through(backbone.people.batchUrl);
    const pool = createPool(url, { name: 'people', searchPath: searchPath(liveSchema) });
    const readers = [await backbone.reader({ pool }), await backbone.reader({ pool })];
    proxy.delayMs = 5;
    await whileCutting(random, () => backbone.changes(random, changes, accounts));
    proxy.delayMs = 0;
    await checkInvariants(backbone);
    for (const reader of readers) await reader.close();
    await pool.end();
  });

  it('of a reader exactly at its COMMIT, before or after it counted', async () => {
    const random = seeded(`broken commits, log on ${under.name}`);
    backbone.writer();
    await backbone.relay();
    const pool = breakingCommits(backbone.reading, random);
    await backbone.reader({ pool });
    pool.breaking.percent = 60;
    // Commits come only while something is to be applied.
    const enough = () => pool.breaking.before >= 2 && pool.breaking.after >= 2;
    await until(() => backbone.changes(random, 10, accounts).then(enough), {
      deadlineMs: 30_000,
      everyMs: 100,
    });
    pool.breaking.percent = 0;
    await backbone.changes(random, changes / 3, accounts);
    await checkInvariants(backbone);
  });

  it('or held up by a lock for too long: nothing is parked, everything is applied afterwards', async () => {
    const random = seeded(`lock timeouts, log on ${under.name}`);
    backbone.writer();
    await backbone.relay();
    const impatient = new URL(backbone.people.batchUrl);
    impatient.searchParams.set('options', `-c search_path=${searchPath(liveSchema)} -c lock_timeout=100ms`);
    const pool = createPool(impatient.href, { name: 'impatient' });
    const reader = await backbone.reader({ pool });
    const blocker = await backbone.reading.connect();
    await blocker.query('begin');
    await blocker.query('lock table persons in exclusive mode');
    await backbone.changes(random, 20, accounts);
    await until(() => backbone.lines.length >= 2, { deadlineMs: 20_000 });
    await blocker.query('rollback');
    blocker.release();
    await checkInvariants(backbone);
    await reader.close();
    await pool.end();
  });
});
