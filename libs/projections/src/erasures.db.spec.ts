import { applyEvents } from '@bitabiz/messaging/apply';
import { inTransaction } from '@bitabiz/service-kit/database';
import { wallsSql } from '@bitabiz/service-kit/walls';
import { History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { personsSet } from './counting.fixture.js';
import { erasureReport, erasuresMigration } from './erasures.js';
import { handlerOf, resetAccount, type ProjectionSet } from './projection.js';
import { openProjections, silent, type OpenProjections } from './projections.fixture.js';
import { rebuild } from './rebuild.js';

const set: ProjectionSet = { ...personsSet, personal: { persons: 'user_id', 'own.wishes': 'employee_id' } };
const now = () => new Date();

let open: OpenProjections;
let history: History;
beforeAll(async () => {
  open = await openProjections();
  const wishes = `create table own.wishes (account_id uuid not null, n int not null, employee_id uuid not null, primary key (account_id, n));
    ${wallsSql('own.wishes', { batch: 'select, insert, delete' })}`;
  await open.owner.query(open.withRoles(`${wishes}; ${erasuresMigration.sql}`));
});
beforeEach(() => {
  history = new History('scim-gateway');
  open.histories.push(history);
});
afterAll(() => open.close());

const apply = (first = 0) =>
  inTransaction(open.batch, (tx) => applyEvents(tx, 'scim-gateway', history.events.slice(first), handlerOf(set), now));
const hire = (name: string) => {
  const event = userCreated(name);
  history.add(event);
  return event.data.userId;
};
const erase = (userId: string) => history.add({ type: 'UserErased', data: { userId } });
const wish = (n: number, userId: string) =>
  open.batch.query('insert into own.wishes values ($1, $2, $3)', [history.accountId, n, userId]);
const reportOf = (userId: string) => erasureReport(open.batch, 'persons', history.accountId, userId);
const wishers = async () =>
  (await open.batch.query('select employee_id from own.wishes where account_id = $1', [history.accountId])).rows;

describe('an erasure in a service (P20)', () => {
  it('removes own state about the person alone, and says what went, table by table', async () => {
    const [ada, grace, linus] = [hire('ada'), hire('grace'), hire('linus')];
    await apply();
    for (const [n, who] of [ada, ada, grace].entries()) await wish(n, who);
    erase(ada);
    erase(linus);
    await apply(3);
    expect(await reportOf(ada)).toMatchObject({ service: 'persons', removed: { persons: 1, 'own.wishes': 2 } });
    expect(await reportOf(ada)).toMatchObject({ userId: ada, erasedAt: history.events[3]?.time });
    expect(await reportOf(linus)).toMatchObject({ removed: { persons: 1, 'own.wishes': 0 } });
    expect(await wishers()).toEqual([{ employee_id: grace }]);
  });

  it('is unknown of somebody who was not erased', async () => {
    const ada = hire('ada');
    await apply();
    await expect(reportOf(ada)).rejects.toMatchObject({ code: 'erasure.unknown' });
  });

  it('keeps its report when its events come twice, through a rebuild, and when all is applied again (decision 9)', async () => {
    const ada = hire('ada');
    erase(ada);
    await apply();
    const first = await reportOf(ada);
    await apply();
    const rebuilding = { owner: open.owner, batch: open.batch, feeds: open.repair.feeds, withRoles: open.withRoles };
    await rebuild({ set, ...rebuilding, switching: 'always', now, logger: silent });
    expect(await reportOf(ada)).toEqual(first);
    await inTransaction(open.batch, async (tx) => {
      await resetAccount(set)(tx, history.accountId);
      await tx.query('delete from checkpoints where account_id = $1', [history.accountId]);
    });
    await wish(9, ada);
    await apply();
    expect(await reportOf(ada)).toMatchObject({ removed: { persons: 0, 'own.wishes': 1 } });
    expect(await wishers()).toEqual([]);
  });
});
