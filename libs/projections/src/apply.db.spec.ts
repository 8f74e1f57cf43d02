import type { Envelope } from '@bitabiz/event-contracts';
import { applyEvents } from '@bitabiz/messaging/apply';
import { repairAccount } from '@bitabiz/messaging/repair';
import { inTransaction } from '@bitabiz/service-kit/database';
import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { personsSet } from './counting.fixture.js';
import { handlerOf } from './projection.js';
import { openProjections, type OpenProjections } from './projections.fixture.js';

let open: OpenProjections;
let history: History;
beforeAll(async () => void (open = await openProjections()));
beforeEach(() => {
  history = new History('scim-gateway');
  open.histories.push(history);
});
afterAll(() => open.close());

const apply = (events: Envelope[]) =>
  inTransaction(open.batch, (tx) => applyEvents(tx, 'scim-gateway', events, handlerOf(personsSet), () => new Date()));
const repair = () => repairAccount(open.repair, 'scim-gateway', history.accountId);
const rows = () => open.rows(history.accountId);
const hire = (name: string) => {
  const event = userCreated(name);
  history.add(event);
  return event.data.userId;
};
const suspend = (userId: string) =>
  history.add({ type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: '2026-11-25' } });

describe('events that come', () => {
  it('twice, late and out of order are applied once and in order', async () => {
    const ada = hire('ada');
    suspend(ada);
    hire('grace');
    const [first, second, third] = history.events as [Envelope, Envelope, Envelope];
    await apply([first, first, second]);
    await apply([first]);
    await apply([second, third, second]);
    expect(await rows()).toEqual([
      { email: 'ada@nordlys.example', active: false, events: 2 },
      { email: 'grace@nordlys.example', active: true, events: 1 },
    ]);
  });

  it('with a gap wait for the repair, which fetches what is missing', async () => {
    hire('ada');
    hire('grace');
    hire('linus');
    const result = await apply(history.events.slice(2));
    expect(result.behind).toEqual([history.accountId]);
    expect(await rows()).toEqual([]);
    await repair();
    expect(await rows()).toHaveLength(3);
  });

  it('to two consumers at once are applied once', async () => {
    const ada = hire('ada');
    for (let n = 0; n < 20; n++) suspend(ada);
    await Promise.all([apply(history.events), apply(history.events), apply(history.events.slice(0, 7)), repair()]);
    expect(await rows()).toEqual([{ email: 'ada@nordlys.example', active: false, events: 21 }]);
  });

  it('of a person erased before they were read change nothing and keep their place', async () => {
    hire('ada');
    hire('grace');
    const [first, second] = history.events as [Envelope, Envelope];
    await apply([{ ...first, data: null, erased: true }, second]);
    expect((await rows()).map((row) => row.email)).toEqual(['grace@nordlys.example']);
    expect(await open.lastSeq(history.accountId)).toBe(2);
  });
});

describe('a source restored to an earlier hour (decision 9)', () => {
  it('is found by the id before, and the account is folded again from the start', async () => {
    hire('ada');
    hire('grace');
    hire('linus');
    await apply(history.events);
    const restored = history.restoredTo(1);
    open.histories.splice(open.histories.indexOf(history), 1, restored);
    restored.add(userCreated('barbara'));
    restored.add(userCreated('donald'));
    restored.add(userCreated('edsger'));
    const result = await apply(restored.events.slice(3));
    expect(result.suspect).toEqual([history.accountId]);
    await repair();
    const names = (await rows()).map((row) => row.email.split('@')[0]);
    expect(names).toEqual(['ada', 'barbara', 'donald', 'edsger']);
  });

  it('is found although the new history has the same length', async () => {
    hire('ada');
    hire('grace');
    await apply(history.events);
    const restored = history.restoredTo(1);
    open.histories.splice(open.histories.indexOf(history), 1, restored);
    restored.add(userCreated('barbara'));
    await repair();
    expect((await rows()).map((row) => row.email.split('@')[0])).toEqual(['ada', 'barbara']);
  });

  it('is found although the new history is shorter', async () => {
    hire('ada');
    hire('grace');
    await apply(history.events);
    open.histories.splice(open.histories.indexOf(history), 1, history.restoredTo(1));
    await repair();
    expect(await rows()).toHaveLength(1);
  });

  it('whose history is the same is left alone', async () => {
    hire('ada');
    await apply(history.events);
    expect(await repair()).toBe(0);
    expect(await rows()).toHaveLength(1);
  });
});
