import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeIs,
  managerIs,
  managerOf,
  openGateway,
  patch,
  query,
  type OpenGateway,
  type TestAccount,
} from './gateway.fixture.js';
import { askForToken, credentials, secretsOf } from './oauth/oauth.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const asSuperuser = (text: string) => query(gateway.database.adminUrl, text);
const restore = async () => {
  await gateway.stop();
  await gateway.database.restore();
  await asSuperuser(`select store.raise_incarnation('restored')`);
};
const activeOf = async (id: string) => (await account.scim('GET', `/Users/${id}`)).body['active'];

describe('a gateway whose database was restored (decision 9)', () => {
  it('brings back what happened since the backup from the log before it opens, revocations included', async () => {
    const [ada, linus, boss] = [
      await account.create('ada'),
      await account.create('linus'),
      await account.create('boss'),
    ];
    await account.scim('PATCH', `/Users/${linus['id']}`, managerIs(boss['id']));
    const token = (await gateway.operator('POST', `/accounts/${account.id}/tokens`, { scope: 'scim', name: 'old' }))
      .body;
    const members = [ada, linus].map((each) => ({ value: each['id'] }));
    const group = (await account.scim('POST', '/Groups', { displayName: 'Sales', members })).body['id'];
    const secrets = secretsOf(gateway, account);
    const old = await secrets.issue({ name: 'old' });
    await gateway.drained();
    await gateway.database.snapshot();
    await account.scim(
      'PATCH',
      `/Groups/${group}`,
      patch({ op: 'Remove', path: 'members', value: [{ value: ada['id'] }] }),
    );
    await account.scim('PATCH', `/Users/${ada['id']}`, activeIs(false));
    await account.scim(
      'PATCH',
      `/Users/${linus['id']}`,
      patch({ op: 'Replace', path: 'userName', value: 'torvalds@nordlys.example' }),
    );
    const grace = await account.create('grace');
    await gateway.operator('DELETE', `/accounts/${account.id}/tokens/${token['tokenId']}`);
    await secrets.revoke(old['secretId']);
    const kept = await secrets.issue({ name: 'kept' });
    await account.scim('DELETE', `/Users/${(await account.create('gone'))['id']}`);
    await account.admin('POST', `/employees/${(await account.create('left'))['id']}/deactivation`);
    await account.admin('POST', `/employees/${boss['id']}/erasure`);
    await gateway.drained();
    const before = await gateway.feed(account.id);
    await restore();
    await gateway.start();
    expect(await gateway.feed(account.id)).toEqual(before);
    expect(await activeOf(ada['id'])).toBe(false);
    expect((await account.scim('GET', `/Users/${linus['id']}`)).body['userName']).toBe('torvalds@nordlys.example');
    // An erased manager stays hidden (P20).
    expect(managerOf((await account.scim('GET', `/Users/${linus['id']}`)).body)).toBeUndefined();
    expect((await account.scim('GET', `/Users/${grace['id']}`)).status).toBe(200);
    expect((await account.scim('GET', `/Groups/${group}`)).body['members']).toMatchObject([{ value: linus['id'] }]);
    const revoked = gateway.as(String(token['token']), '/scim/v2');
    expect((await revoked('GET', '/Users')).status).toBe(401);
    const statuses = [old, kept].map(async (each) => {
      return (await askForToken(gateway, account.id, credentials(account.id, each['clientSecret']))).status;
    });
    expect(await Promise.all(statuses)).toEqual([401, 200]);
    expect(await gateway.verified()).toEqual([]);
    // Names that were taken meanwhile are taken.
    await expect(account.create('grace')).rejects.toThrow('409');
    await account.create('after');
    const later = (await gateway.feed(account.id)).at(-1);
    expect(later).toMatchObject({ incarnation: 2, accountseq: before.length + 1 });
  });

  it('does the same again after it was broken off in the middle', async () => {
    await gateway.drained();
    await gateway.database.snapshot();
    const kept = await account.create('kept');
    await gateway.drained();
    const before = await gateway.feed(account.id);
    await restore();
    await gateway.start();
    // As if it had ended before the rows were made: the events are there, the mark is not.
    await asSuperuser(`update store.incarnations set tail_back_at = null where incarnation = (select max(incarnation) from store.incarnations);
      delete from own.users where user_id = '${kept['id']}'`);
    await gateway.stop();
    await gateway.start();
    expect(await gateway.feed(account.id)).toEqual(before);
    expect((await account.scim('GET', `/Users/${kept['id']}`)).status).toBe(200);
    expect(await gateway.verified()).toEqual([]);
  });

  it('does not open without the log, and says what to do', async () => {
    await gateway.stop();
    await asSuperuser(`select store.raise_incarnation('restored')`);
    await expect(gateway.start({ EVENT_LOG: 'postgres://nobody@127.0.0.1:1/nothing' })).rejects.toThrow(
      /bring the log back and start again, or, to open without it/,
    );
    await gateway.start();
    expect(await gateway.verified()).toEqual([]);
  });
});
