import { randomUUID } from 'node:crypto';
import { source } from '@bitabiz/event-store/store.fixture';
import { replayParked } from '@bitabiz/messaging/replay';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { until } from '@bitabiz/testing/until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poison } from '../counting.fixture.js';
import { Backbone } from './backbone.fixture.js';
import { checkInvariants } from './invariants.fixture.js';
import { hired, newEvent } from './writers.fixture.js';

describe.each(logsUnderTest())('events that a reader cannot take, the log on $name', (under) => {
  let backbone: Backbone;
  beforeEach(async () => {
    backbone = await Backbone.open(under.fresh());
    backbone.writer();
  });
  const flow = async () => {
    await backbone.relay();
    await backbone.reader();
  };
  afterEach(async () => {
    poison.active = false;
    await backbone.close();
  });

  const hire = async (accountId: string, over: object = {}) => {
    const userId = randomUUID();
    const event = hired(userId);
    const stream = `user/${userId}`;
    const events = [newEvent(stream, { ...event, data: { ...event.data, ...over } })];
    const { store, app, outbox } = backbone.gateway;
    const batch = { reads: [{ stream, version: 0 }], releases: [], claims: [], events };
    await store.append(app, await store.prepare(accountId, batch));
    outbox.notify();
    return { userId, stream };
  };
  const paused = async () =>
    (await backbone.reading.query('select account_id, paused from checkpoints where paused is not null')).rows;
  const people = async () =>
    (await backbone.reading.query('select account_id from persons order by 1')).rows.map((row) => row.account_id);
  const parked = async () => (await backbone.reading.query('select account_id, stream from parked')).rows;

  it('a poison event parks its stream only, and is applied when an operator replays it (decision 6)', async () => {
    const [sick, well] = [randomUUID(), randomUUID()];
    poison.active = true;
    await flow();
    const { userId, stream } = await hire(sick, { email: 'poison@nordlys.example' });
    const [writer] = backbone.writers;
    await writer?.change(sick, userId);
    await hire(sick);
    await hire(well);
    await until(async () => (await parked()).length === 2);
    await until(async () => (await people()).length === 2);
    poison.active = false;
    expect(await replayParked(backbone.repair, source, sick, stream)).toMatchObject({ replayed: 2, left: 0 });
    await checkInvariants(backbone);
  });

  it.each(['type', 'version'])('one of an unknown %s pauses its account until a newer reader comes', async (what) => {
    const [newer, same] = [randomUUID(), randomUUID()];
    await hire(newer);
    const { userId } = await hire(newer);
    const change = what === 'type' ? `type = 'UserWondered'` : 'version = 99';
    await backbone.asSuperuser(`update store.events set ${change} where stream = 'user/${userId}'`);
    await hire(newer);
    await hire(same);
    await flow();
    await until(async () => (await paused()).length === 1 && (await people()).length === 2);
    expect(await people()).toEqual([newer, same].toSorted());
    // The newer reader: here the event becomes one that this reader knows.
    await backbone.asSuperuser(
      `update store.events set type = 'UserCreated', version = 1 where stream = 'user/${userId}'`,
    );
    await checkInvariants(backbone);
    expect(await paused()).toEqual([]);
  });
});
