import { KeyRing, parseWrappingKeys } from '@bitabiz/event-store';
import { createPool } from '@bitabiz/service-kit/database';
import { silentLogger } from '@bitabiz/testing/logs-under-test';
import { until } from '@bitabiz/testing/until';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patch, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { firstIdAt } from './entry-id.js';
import { entryWith, logOf, sent } from './log.fixture.js';
import { LogRetention } from './retention.js';

let gateway: OpenGateway;
let account: TestAccount;
let admin: Pool;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  admin = createPool(gateway.database.adminUrl, { name: 'test', max: 2 });
});
afterAll(async () => {
  await admin.end();
  await gateway.close();
});

const titleIs = (value: string) => patch({ op: 'Replace', path: 'title', value });
const keysThere = async () =>
  (await query(gateway.keys.adminUrl, 'select key_id from keys.employee_keys')).map((row) => row['key_id']);

async function withRetention(work: (retention: LogRetention) => Promise<void>): Promise<void> {
  const urls = [gateway.database.batchUrl, gateway.keys.appUrl];
  const [batch, keysPool] = urls.map((url) => createPool(url, { name: 'retention', max: 2 })) as [Pool, Pool];
  const keys = new KeyRing(keysPool, parseWrappingKeys(gateway.env.WRAPPING_KEYS));
  await work(new LogRetention({ batch, keys, now: () => new Date(), logger: silentLogger }));
  await Promise.all([batch.end(), keysPool.end()]);
}

describe('retention (P18)', () => {
  const days = (n: number) => new Date(Date.now() - n * 24 * 60 * 60 * 1000);

  it('removes what is older than 90 days, and the keys of rows about nobody', async () => {
    const { entry } = await sent(account, 'POST', '/Users', person('refused', { name: {} }));
    const { entry: kept } = await sent(account, 'POST', '/Users', person('kept'));
    const oldKey = (await admin.query('select key_id from own.provisioning_log where entry_id = $1', [entry.id]))
      .rows[0].key_id;
    const copies = `insert into own.provisioning_log select account_id, ($2::text || lpad(n::text, 12, '0'))::uuid, action, outcome, lookup,
        resource, user_id, scim_id, user_name_key, external_id, method, status, code, correlation_id, token_id, key_id, content
      from own.provisioning_log, generate_series(1, $3::int) n where entry_id = $1`;
    const start = (time: Date) => firstIdAt(time).slice(0, -12);
    await admin.query(copies, [kept.id, start(days(91)), 2_100]);
    await admin.query(copies, [kept.id, start(days(89)), 3]);
    await admin.query('update own.provisioning_log set entry_id = $2 where entry_id = $1', [
      entry.id,
      firstIdAt(days(92)),
    ]);
    expect(await keysThere()).toContain(oldKey);
    await withRetention(async (retention) => {
      expect(await retention.prune()).toBe(2_101);
      expect(await retention.prune()).toBe(0);
    });
    expect(await keysThere()).not.toContain(oldKey);
    const left = await query(
      gateway.database.adminUrl,
      `select entry_id from own.provisioning_log where entry_id < '${firstIdAt(days(80))}'`,
    );
    expect(left).toHaveLength(3);
    expect((await account.admin('GET', `/provisioning-log/${kept.id}`)).body['erased']).toBe(false);
    await admin.query('delete from own.provisioning_log where entry_id < $1', [firstIdAt(days(80))]);
  });
});

describe('an erasure (P20)', () => {
  it('leaves of the person’s entries only what names nobody, and none that looked for the name', async () => {
    const asked = '/Users?filter=userName+eq+%22quixotte@nordlys.example%22';
    await sent(account, 'GET', asked);
    await sent(account, 'POST', '/Users', person('quixotte', { name: {} }));
    const { entry: made } = await sent(account, 'POST', '/Users', person('quixotte', { title: 'Knight' }));
    const id = made.employee.id ?? '';
    await sent(account, 'PATCH', `/Users/${id}`, titleIs('Errant'));
    await sent(account, 'GET', asked);
    expect((await logOf(account, 'lookups=true&text=quixotte')).entries).toHaveLength(5);
    // One that still waits when the erasure begins.
    await account.scim('PATCH', `/Users/${id}`, titleIs('Quixotte the Last'), { 'x-correlation-id': 'last-change' });
    expect((await account.admin('POST', `/employees/${id}/erasure`)).status).toBe(200);
    expect((await logOf(account, 'lookups=true&text=quixotte')).entries).toEqual([]);
    const { entries } = await logOf(account, `lookups=true&employee=${id}`);
    expect(entries).toHaveLength(4);
    for (const entry of entries.filter((each) => each.lookup === null)) {
      expect(entry).toMatchObject({
        employee: { id, userName: null },
        externalId: null,
        modifiedProperties: [],
        erased: true,
      });
    }
    const late = "update own.provisioning_log set user_name_key = 'quixotte' where entry_id = $1";
    await admin.query(late, [entries[0]?.id]);
    await withRetention(async (retention) => expect(await retention.clearErased()).toBe(1));
    const rows = await query(gateway.database.adminUrl, `select l::text as text from own.provisioning_log l`);
    expect(rows.map((row) => row['text']).join('\n')).not.toMatch(/quixotte|knight/i);
  });
});

describe('the way into the table', () => {
  it('holds up no request while somebody locks the table, and loses nothing for it', async () => {
    const { id } = await account.create('patient');
    const holder = await admin.connect();
    await holder.query('begin');
    await holder.query('lock table own.provisioning_log in access exclusive mode');
    const headers = { 'x-correlation-id': 'behind-the-lock' };
    expect((await account.scim('PATCH', `/Users/${id}`, titleIs('Waiting'), headers)).status).toBe(200);
    expect((await account.scim('GET', `/Users/${id}`)).body['title']).toBe('Waiting');
    const refused = await account.scim('POST', '/Users', person('patient'));
    expect(refused.status).toBe(409);
    await holder.query('rollback');
    holder.release();
    expect(await entryWith(account, 'behind-the-lock')).toMatchObject({ outcome: 'Success' });
  });

  it('is emptied when the gateway stops', async () => {
    const headers = { 'x-correlation-id': 'just-before-the-end' };
    await account.scim('POST', '/Users', person('latecomer'), headers);
    await gateway.stop();
    const stored = await query(
      gateway.database.adminUrl,
      `select action from own.provisioning_log where correlation_id = 'just-before-the-end'`,
    );
    expect(stored).toEqual([{ action: 'Create' }]);
    await gateway.start();
  });

  it('is seen by the operator', async () => {
    await until(async () => {
      const response = await fetch(`http://127.0.0.1:${gateway.env.PORT}/metrics`, {
        headers: { authorization: `Bearer ${gateway.env.SERVICE_TOKEN}` },
      });
      return (await response.text()).includes('provisioning_log_lost_rows{service="scim-gateway"} 0');
    });
  });
});
