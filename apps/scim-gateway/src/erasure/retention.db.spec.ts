import { ErasureList } from '@bitabiz/event-store';
import { createPool } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activeIs, openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { Erasures } from './erasures.js';
import { lockId } from './scheduled-erasure.js';

const day = 24 * 60 * 60 * 1000;
let later = 0;
let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway({}, () => new Date(Date.now() + later))));
beforeEach(async () => {
  later = 0;
  account = await gateway.newAccount();
});
afterAll(async () => {
  expect(await gateway.verified()).toEqual([]);
  await gateway.close();
});

const keep = (eraseInactiveAfterMonths: unknown, who = account) =>
  who.admin('PUT', '/retention', { eraseInactiveAfterMonths });
const preview = async (asked = '') => (await account.admin('GET', `/retention/preview?${asked}`)).body;
const run = () => gateway.operator('POST', '/operator/scheduled-erasure');
const erasedIn = async (who: TestAccount) =>
  (await gateway.feed(who.id)).filter(({ type }) => type === 'UserErased').map(({ data }) => data.userId as string);

/** A person who is inactive from today on. */
async function left(name: string, who = account): Promise<string> {
  const { id } = await who.create(name);
  await who.scim('PATCH', `/Users/${id}`, activeIs(false));
  return id;
}

describe('the retention of an account (P20)', () => {
  it('is told and changed by its admin, and never is the default', async () => {
    expect((await account.admin('GET', '/retention')).body).toEqual({ eraseInactiveAfterMonths: null });
    expect((await keep(24)).body).toEqual({ eraseInactiveAfterMonths: 24 });
    expect((await account.admin('GET', '/retention')).body).toEqual({ eraseInactiveAfterMonths: 24 });
    const [event] = (await gateway.feed(account.id)).filter(({ type }) => type === 'RetentionChanged');
    expect(event).toMatchObject({ data: { from: null, to: 24 }, actor: expect.stringMatching(/^token:/) });
  });

  it.each([0, 121, 1.5, '24', undefined, {}])('is refused as %j, and nothing is stored', async (months) => {
    expect((await keep(months)).status).toBe(400);
    expect((await account.admin('GET', '/retention/preview?months=0')).status).toBe(400);
    expect((await account.admin('GET', '/retention')).body).toEqual({ eraseInactiveAfterMonths: null });
  });

  it('of an account that there is not is not found', async () => {
    const nowhere = `/accounts/${crypto.randomUUID()}/retention`;
    expect((await gateway.operator('GET', nowhere)).status).toBe(404);
    expect((await gateway.operator('GET', `${nowhere}/preview`)).status).toBe(404);
    expect((await gateway.operator('PUT', nowhere, { eraseInactiveAfterMonths: 1 })).status).toBe(404);
  });
});

describe('the preview (P20)', () => {
  it('says how many and who would be erased now, page by page, also for another number of months', async () => {
    const [ada, grace] = [await left('ada'), await left('grace')];
    await account.create('linus');
    expect(await preview()).toMatchObject({ terminatedBefore: null, count: 0, employees: [] });
    await keep(24);
    later = 40 * day;
    expect(await preview()).toMatchObject({ eraseInactiveAfterMonths: 24, count: 0 });
    const first = await preview('months=1&limit=1');
    expect(first).toMatchObject({ eraseInactiveAfterMonths: 1, count: 2 });
    expect(first['employees']).toMatchObject([{ id: ada, userName: 'ada@nordlys.example' }]);
    const second = await preview(`months=1&limit=1&cursor=${first['nextCursor']}`);
    expect(second).toMatchObject({ employees: [{ id: grace }], nextCursor: null });
  });
});

describe('the erasure after a time (P20)', () => {
  it('takes whoever has been inactive for longer, in each account by its own setting, and nobody else', async () => {
    const [gone, deleted, stays] = [
      await left('gone'),
      (await account.create('deleted'))['id'],
      await account.create('ada'),
    ];
    await account.scim('DELETE', `/Users/${deleted}`);
    const other = await gateway.newAccount('Sydhavn ApS');
    const theirs = await left('theirs', other);
    await keep(1);
    await keep(null, other);
    expect((await run()).body).toMatchObject({ erased: 0 });
    later = 40 * day;
    const recent = await left('recent');
    expect((await run()).body).toEqual({ accounts: 1, erased: 2, failed: 0 });
    expect((await erasedIn(account)).toSorted()).toEqual([gone, deleted].toSorted());
    expect(await erasedIn(other)).toEqual([]);
    for (const id of [stays['id'], recent]) expect((await account.scim('GET', `/Users/${id}`)).status).toBe(200);
    expect((await other.scim('GET', `/Users/${theirs}`)).status).toBe(200);
    const [event] = (await gateway.feed(account.id)).filter(({ type }) => type === 'UserErased');
    expect(event?.['actor']).toBe('job:retention');
    expect((await run()).body).toMatchObject({ erased: 0 });
    const keys = await query(gateway.database.adminUrl, `select from own.users where user_id = '${gone}'`);
    expect(keys).toEqual([]);
  });

  it('takes back its note of who came back meanwhile, and nobody else’s, so that no restart erases the person', async () => {
    const [ada, grace] = [(await account.create('ada'))['id'] as string, await left('grace')];
    const pool = createPool(gateway.erasures.batchUrl, { name: 'test', max: 1 });
    const list = new ErasureList(pool);
    const asked = {
      accountId: account.id,
      userId: grace,
      askedAt: new Date(),
      actor: 'operator',
      correlationId: 'asked',
      conditional: false,
    };
    await list.note(asked);
    const notDue = () => Promise.reject(new Refused('user.notDue', 'not yet', 'conflict'));
    const kept: string[] = [];
    const parts = {
      list,
      commands: { erase: notDue },
      log: { tracesOf: async () => ({ names: [] }) },
      imports: { note: async () => undefined, keep: async (_: string, userId: string) => kept.push(userId) },
      now: () => new Date(),
    };
    const erasures = new Erasures(parts as unknown as ConstructorParameters<typeof Erasures>[0]);
    for (const userId of [ada, grace]) {
      const cause = { actor: 'job:retention', correlationId: userId, causationId: userId };
      expect(await erasures.eraseDue(account.id, userId, cause)).toBe(false);
    }
    expect([await list.find(account.id, ada), await list.find(account.id, grace)]).toMatchObject([undefined, {}]);
    expect(kept).toEqual([ada]);
    await pool.end();
    await gateway.stop();
    await gateway.start();
    expect((await account.scim('GET', `/Users/${ada}`)).status).toBe(200);
    expect((await account.scim('GET', `/Users/${grace}`)).status).toBe(404);
  });

  it('that was interrupted before it was decided spares who came back, and goes on with who did not', async () => {
    const [back, gone] = [(await account.create('back'))['id'] as string, await left('interrupted')];
    const pool = createPool(gateway.erasures.batchUrl, { name: 'test', max: 1 });
    const list = new ErasureList(pool);
    for (const userId of [back, gone]) {
      const noted = {
        accountId: account.id,
        userId,
        askedAt: new Date(),
        actor: 'job:retention',
        correlationId: userId,
      };
      await list.note({ ...noted, conditional: true });
    }
    await keep(1);
    later = 40 * day;
    await gateway.stop();
    await gateway.start();
    expect((await account.scim('GET', `/Users/${back}`)).status).toBe(200);
    expect((await account.scim('GET', `/Users/${gone}`)).status).toBe(404);
    expect([await list.find(account.id, back), await list.find(account.id, gone)]).toMatchObject([
      undefined,
      { conditional: false },
    ]);
    await pool.end();
  });

  it('is one replica’s at a time', async () => {
    const other = createPool(gateway.database.batchUrl, { name: 'another replica', max: 1 });
    await other.query('select pg_advisory_lock($1)', [lockId]);
    expect(await run()).toMatchObject({ status: 409, body: { code: 'retention.running' } });
    await other.query('select pg_advisory_unlock($1)', [lockId]);
    await other.end();
    expect((await run()).status).toBe(200);
  });

  it('is the operator’s to begin', async () => {
    const admin = gateway.as(account.token, '');
    expect((await admin('POST', '/operator/scheduled-erasure')).status).toBe(403);
  });
});
