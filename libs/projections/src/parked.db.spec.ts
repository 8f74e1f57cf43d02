import type { Envelope } from '@bitabiz/event-contracts';
import { applyEvents } from '@bitabiz/messaging/apply';
import { listParked } from '@bitabiz/messaging/parked';
import { replayParked } from '@bitabiz/messaging/replay';
import { inTransaction } from '@bitabiz/service-kit/database';
import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { personsSet, poison } from './counting.fixture.js';
import { handlerOf } from './projection.js';
import { openProjections, type OpenProjections } from './projections.fixture.js';

let open: OpenProjections;
let history: History;
beforeAll(async () => void (open = await openProjections()));
beforeEach(() => {
  history = new History('scim-gateway');
  open.histories.push(history);
});
afterEach(() => void (poison.active = false));
afterAll(() => open.close());

const apply = (events: Envelope[]) =>
  inTransaction(open.batch, (tx) => applyEvents(tx, 'scim-gateway', events, handlerOf(personsSet), () => new Date()));
const rows = () => open.rows(history.accountId);
const hire = (name: string) => {
  const event = userCreated(name);
  history.add(event);
  return event.data.userId;
};
const suspend = (userId: string) =>
  history.add({ type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: '2026-11-25' } });

describe('an event that cannot be applied (decision 6)', () => {
  it('is parked with the later events of its stream; everything else flows', async () => {
    poison.active = true;
    const bad = hire('poison');
    suspend(bad);
    hire('ada');
    const result = await apply(history.events);
    expect(result.parked.map(({ envelope }) => envelope.accountseq)).toEqual([1, 2]);
    suspend(bad);
    await apply(history.events);
    expect((await rows()).map((row) => row.email)).toEqual(['ada@nordlys.example']);
    const parked = (await listParked(open.batch)).filter((each) => each.accountId === history.accountId);
    expect(parked.map((each) => [each.seq, each.reason])).toEqual([
      [1, 'cannot swallow this'],
      [2, 'an earlier event of this stream is parked'],
      [4, 'an earlier event of this stream is parked'],
    ]);
  });

  it('is replayed in order when the cause is gone', async () => {
    poison.active = true;
    const bad = hire('poison');
    suspend(bad);
    await apply(history.events);
    expect(await replayParked(open.repair, 'scim-gateway', history.accountId, `user/${bad}`)).toMatchObject({
      left: 2,
    });
    poison.active = false;
    expect(await replayParked(open.repair, 'scim-gateway', history.accountId, `user/${bad}`)).toMatchObject({
      replayed: 2,
      left: 0,
    });
    expect(await rows()).toEqual([{ email: 'poison@nordlys.example', active: false, events: 2 }]);
  });

  it('is discarded by a replay when the person was erased meanwhile', async () => {
    poison.active = true;
    const bad = hire('poison');
    await apply(history.events);
    const [first] = history.events as [Envelope];
    Object.assign(first, { data: null, erased: true });
    expect(await replayParked(open.repair, 'scim-gateway', history.accountId, `user/${bad}`)).toMatchObject({
      discarded: 1,
    });
    expect(await rows()).toEqual([]);
  });

  it('because its payload breaks the schema is parked too', async () => {
    history.add({ type: 'UserCreated', data: { userId: 'no id' } }, 'user/broken');
    hire('ada');
    expect((await apply(history.events)).parked).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
  });

  it('because its type is newer than the reader pauses the account and nothing is passed over', async () => {
    hire('ada');
    history.add({ type: 'UserTeleported', data: { userId: 'x' } }, 'user/x');
    hire('grace');
    const result = await apply(history.events);
    expect(result.paused).toEqual([history.accountId]);
    expect(await open.lastSeq(history.accountId)).toBe(1);
    expect(await rows()).toHaveLength(1);
  });

  it('because the database is away is thrown, not parked', async () => {
    hire('ada');
    const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const failing = inTransaction(open.batch, (tx) =>
      applyEvents(
        tx,
        'scim-gateway',
        history.events,
        () => Promise.reject(away),
        () => new Date(),
      ),
    );
    await expect(failing).rejects.toBe(away);
    expect(await open.lastSeq(history.accountId)).toBe(0);
  });
});
