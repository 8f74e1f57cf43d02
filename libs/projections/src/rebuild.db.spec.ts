import { applyEvents } from '@bitabiz/messaging/apply';
import { inTransaction } from '@bitabiz/service-kit/database';
import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personsSet, poison } from './counting.fixture.js';
import { handlerOf } from './projection.js';
import { openProjections, silent, type OpenProjections } from './projections.fixture.js';
import { rebuild } from './rebuild.js';

let open: OpenProjections;
beforeAll(async () => void (open = await openProjections()));
afterAll(() => open.close());

const now = () => new Date();
const apply = (history: History) =>
  inTransaction(open.batch, (tx) => applyEvents(tx, 'scim-gateway', history.events, handlerOf(personsSet), now));
const rebuildNow = (over: { switching?: 'always' | 'never'; set?: typeof personsSet } = {}) =>
  rebuild({
    set: personsSet,
    owner: open.owner,
    batch: open.batch,
    feeds: open.repair.feeds,
    withRoles: open.withRoles,
    now,
    logger: silent,
    ...over,
  });

function company(people: number): History {
  const history = new History('scim-gateway');
  for (let n = 0; n < people; n++) history.add(userCreated(`person${n}`));
  open.histories.push(history);
  return history;
}

describe('a rebuild', () => {
  it('comes to the same rows and switches', async () => {
    const companies = [company(30), company(3), company(1)];
    for (const each of companies) await apply(each);
    const before = await open.rows(companies[0]?.accountId ?? '');
    const report = await rebuildNow();
    expect(report).toMatchObject({ differences: [], switched: true, events: 34 });
    expect(await open.rows(companies[0]?.accountId ?? '')).toEqual(before);
    expect((await open.owner.query(`select 1 from pg_namespace where nspname = 'shadow'`)).rows).toEqual([]);
  });

  it('finds a row that was changed behind its back, names it, and does not switch', async () => {
    const history = company(2);
    await apply(history);
    await open.batch.query(`update persons set email = 'changed' where account_id = $1 and email like 'person1%'`, [
      history.accountId,
    ]);
    const report = await rebuildNow();
    expect(report).toMatchObject({
      switched: false,
      differences: [{ accountId: history.accountId, table: 'persons', onlyLive: 1, onlyShadow: 1 }],
    });
    expect((await open.rows(history.accountId)).map((row) => row.email)).toContain('changed');
  });

  it('only compares when that is asked for', async () => {
    expect(await rebuildNow({ switching: 'never' })).toMatchObject({ switched: false });
    expect((await open.owner.query(`select 1 from pg_namespace where nspname = 'shadow'`)).rows).toEqual([]);
  });

  it('switches with differences when they are accepted', async () => {
    expect(await rebuildNow({ switching: 'always' })).toMatchObject({ switched: true });
    expect((await rebuildNow()).differences).toEqual([]);
  });

  it('goes on beside a consumer that applies all the time, and loses nothing of it', async () => {
    const history = company(5);
    await apply(history);
    let writing = true;
    const writer = (async () => {
      while (writing) {
        history.add(userCreated(`later${history.events.length}`));
        await apply(history);
      }
    })();
    const report = await rebuildNow();
    writing = false;
    await writer;
    expect(report).toMatchObject({ differences: [], switched: true });
    await apply(history);
    expect(await open.rows(history.accountId)).toHaveLength(history.events.length);
    expect((await rebuildNow()).differences).toEqual([]);
  });

  it('reads an account of more events than one batch, and a person whose events are in several', async () => {
    const history = company(5_500);
    const userId = history.events[0]?.subject.slice('user/'.length);
    history.add({ type: 'UserSuspended', data: { userId, terminatedOn: '2026-02-01', origin: 'provisioning' } });
    await apply(history);
    expect(await rebuildNow()).toMatchObject({ differences: [], switched: true });
    expect((await open.rows(history.accountId)).filter((row) => !row.active)).toEqual([
      { email: 'person0@nordlys.example', active: false, events: 2 },
    ]);
  });

  it('sets the same events aside as the consumer did, and applies all others once', async () => {
    const history = company(3);
    history.add(userCreated('poison'));
    history.add(userCreated('later'));
    const parked = () => open.batch.query('select seq, stream, event_id, reason from parked order by seq');
    poison.active = true;
    try {
      await apply(history);
      const before = { rows: await open.rows(history.accountId), parked: (await parked()).rows };
      expect(before.parked).toHaveLength(1);
      expect(await rebuildNow()).toMatchObject({ differences: [], switched: true });
      expect({ rows: await open.rows(history.accountId), parked: (await parked()).rows }).toEqual(before);
      expect(await open.lastSeq(history.accountId)).toBe(5);
    } finally {
      poison.active = false;
    }
    expect(await rebuildNow({ switching: 'always' })).toMatchObject({ differences: [{ onlyLive: 0, onlyShadow: 1 }] });
  });

  it('publishes nothing itself; the reaction runs once per account, as a rebuild', async () => {
    const reasons: string[] = [];
    const react = async (_: unknown, __: unknown, because: string) => void reasons.push(because);
    await rebuildNow({ set: { ...personsSet, react } });
    expect(new Set(reasons)).toEqual(new Set(['rebuild']));
    expect(reasons).toHaveLength(open.histories.length);
  });

  it('leaves the walls of the new tables standing', async () => {
    const { rows } = await open.owner.query<{ forced: boolean }>(
      `select bool_and(relrowsecurity and relforcerowsecurity) as forced from pg_class where relnamespace = 'live'::regnamespace and relkind = 'r'`,
    );
    expect(rows[0]?.forced).toBe(true);
  });
});
