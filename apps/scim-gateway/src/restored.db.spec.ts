import { createPool } from '@bitabiz/service-kit/database';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeIs, openGateway, patch, type OpenGateway, type TestAccount } from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

async function asSuperuser(text: string) {
  const pool = createPool(gateway.database.adminUrl, { name: 'test', max: 1 });
  return pool.query(text).finally(() => pool.end());
}

/** Until the log has everything. */
const drained = () =>
  until(async () => (await asSuperuser('select count(*)::int as n from store.outbox')).rows[0].n === 0);
const feed = async () => {
  const response = await fetch(`http://127.0.0.1:${gateway.env.PORT}/feed?account=${account.id}&limit=1000`, {
    headers: { authorization: `Bearer ${gateway.env.SERVICE_TOKEN}` },
  });
  return (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
};
const restore = async () => {
  await gateway.stop();
  await gateway.database.restore();
  await asSuperuser(`select store.raise_incarnation('restored')`);
};
const verified = async () => (await gateway.operator('POST', '/operator/verify')).body['differences'];
const activeOf = async (id: string) => (await account.scim('GET', `/Users/${id}`)).body['active'];

describe('a gateway whose database was restored (decision 9)', () => {
  it('brings back what happened since the backup from the log before it opens, revocations included', async () => {
    const [ada, linus] = [await account.create('ada'), await account.create('linus')];
    const token = (await gateway.operator('POST', `/accounts/${account.id}/tokens`, { scope: 'scim', name: 'old' }))
      .body;
    await drained();
    await gateway.database.snapshot();
    await account.scim('PATCH', `/Users/${ada['id']}`, activeIs(false));
    await account.scim(
      'PATCH',
      `/Users/${linus['id']}`,
      patch({ op: 'Replace', path: 'userName', value: 'torvalds@nordlys.example' }),
    );
    const grace = await account.create('grace');
    await gateway.operator('DELETE', `/accounts/${account.id}/tokens/${token['tokenId']}`);
    await account.scim('DELETE', `/Users/${(await account.create('gone'))['id']}`);
    await drained();
    const before = await feed();
    await restore();
    await gateway.start();
    expect(await feed()).toEqual(before);
    expect(await activeOf(ada['id'])).toBe(false);
    expect((await account.scim('GET', `/Users/${linus['id']}`)).body['userName']).toBe('torvalds@nordlys.example');
    expect((await account.scim('GET', `/Users/${grace['id']}`)).status).toBe(200);
    const revoked = gateway.as(String(token['token']), '/scim/v2');
    expect((await revoked('GET', '/Users')).status).toBe(401);
    expect(await verified()).toEqual([]);
    // Names that were taken meanwhile are taken.
    await expect(account.create('grace')).rejects.toThrow('409');
    await account.create('after');
    const later = (await feed()).at(-1);
    expect(later).toMatchObject({ incarnation: 2, accountseq: before.length + 1 });
  });

  it('does the same again after it was broken off in the middle', async () => {
    await drained();
    await gateway.database.snapshot();
    const kept = await account.create('kept');
    await drained();
    const before = await feed();
    await restore();
    await gateway.start();
    // As if it had ended before the rows were made: the events are there, the mark is not.
    await asSuperuser(`update store.incarnations set tail_back_at = null where incarnation = (select max(incarnation) from store.incarnations);
      delete from own.users where user_id = '${kept['id']}'`);
    await gateway.stop();
    await gateway.start();
    expect(await feed()).toEqual(before);
    expect((await account.scim('GET', `/Users/${kept['id']}`)).status).toBe(200);
    expect(await verified()).toEqual([]);
  });

  it('does not open without the log, and says what to do', async () => {
    await gateway.stop();
    await asSuperuser(`select store.raise_incarnation('restored')`);
    await expect(gateway.start({ EVENT_LOG: 'postgres://nobody@127.0.0.1:1/nothing' })).rejects.toThrow(
      /bring the log back and start again, or, to open without it/,
    );
    await gateway.start();
    expect(await verified()).toEqual([]);
  });
});
