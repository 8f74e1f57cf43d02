import { randomUUID } from 'node:crypto';
import { long } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded } from '@bitabiz/testing/random';
import { until } from '@bitabiz/testing/until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Backbone, topic } from './backbone.fixture.js';
import { checkInvariants, patienceMs, settled } from './invariants.fixture.js';

const changes = long ? 1_000 : 100;
const under = logsUnderTest();
const switches = under.flatMap((from) => under.filter((to) => to !== from).map((to) => ({ from, to })));
const forks = (backbone: Backbone) => backbone.lines.filter(({ message }) => message.startsWith('fork found'));

describe.each(under)('what heals by itself, the log on $name', (log) => {
  let backbone: Backbone;
  const accounts = Array.from({ length: 4 }, () => randomUUID());
  beforeEach(async () => {
    backbone = await Backbone.open(log.fresh());
    backbone.writer();
    backbone.writer();
  });
  afterEach(() => backbone.close());

  it.each(['deleteTopic', 'truncate'] as const)('the log after somebody called %s', async (damage) => {
    const random = seeded(`${damage}, log on ${log.name}`);
    const relay = await backbone.relay();
    const reader = await backbone.reader();
    await backbone.changes(random, changes, accounts);
    await settled(backbone);
    // What is published while nobody reads is certainly lost with the log.
    await reader.close();
    const [published, acknowledged] = [relay.status().published, backbone.acknowledged.length];
    await backbone.changes(random, changes, accounts);
    // A change that lost to the other writer again and again is refused, so what counts is what was acknowledged.
    const expected = published + backbone.acknowledged.length - acknowledged;
    await until(() => relay.status().published >= expected, { deadlineMs: patienceMs });
    await (await backbone.under.damage())[damage](topic);
    await backbone.changes(random, changes, accounts);
    await backbone.reader();
    const damaging = await backbone.under.damage();
    await Promise.all([backbone.changes(random, changes, accounts), damaging[damage](topic)]);
    await backbone.changes(random, changes, accounts);
    await checkInvariants(backbone);
    expect(forks(backbone)).toEqual([]);
  });

  it('a projection that was restored to an hour ago', async () => {
    const random = seeded(`projection restored, log on ${log.name}`);
    await backbone.relay();
    const reader = await backbone.reader();
    await backbone.changes(random, changes, accounts);
    await settled(backbone);
    await backbone.people.snapshot();
    await backbone.changes(random, changes, accounts);
    await settled(backbone);
    await reader.close();
    await backbone.people.restore();
    await backbone.reader();
    await checkInvariants(backbone);
  });

  it.each(['raised', 'forgotten'])(
    'the readers of a gateway that was restored to an hour ago, its incarnation %s, while new writes overtake',
    async (incarnation) => {
      const random = seeded(`gateway restored, incarnation ${incarnation}, log on ${log.name}`);
      const relay = await backbone.relay();
      await backbone.reader();
      await backbone.changes(random, changes, accounts);
      await settled(backbone);
      await backbone.gateway.database.snapshot();
      const before = backbone.acknowledged.length;
      await backbone.changes(random, changes / 2, accounts);
      await settled(backbone);
      await relay.close();
      await backbone.gateway.database.restore();
      if (incarnation === 'raised') await backbone.asSuperuser(`select store.raise_incarnation('restored')`);
      // What was acknowledged since the backup is gone here; bringing it back from the log is the gateway's own work before it opens.
      backbone.acknowledged.length = before;
      await backbone.relay();
      await backbone.changes(random, changes * 2, accounts);
      await checkInvariants(backbone);
      expect(forks(backbone).length).toBeGreaterThan(0);
    },
  );
});

describe.skipIf(switches.length === 0)('EVENT_LOG, switched on live data', () => {
  it.each(switches)('from $from.name to $to.name', async ({ from, to }) => {
    const random = seeded(`from ${from.name} to ${to.name}`);
    const backbone = await Backbone.open(from.fresh());
    backbone.writer();
    const before = [await backbone.relay(), await backbone.reader()];
    await backbone.changes(random, changes, [randomUUID(), randomUUID()]);
    // Stopped in the middle: what the outbox still holds goes out on the other log, what the reader missed there is not in it.
    for (const part of before) await part.close();
    await backbone.changes(random, changes, [randomUUID(), randomUUID()]);
    const other = to.fresh();
    await backbone.relay({ under: other });
    await backbone.reader({ under: other });
    await backbone.changes(random, changes, [randomUUID(), randomUUID()]);
    await checkInvariants(backbone);
    await backbone.close();
  });
});
