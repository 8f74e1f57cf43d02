import { openEventLog } from '@bitabiz/messaging/open-log';
import type { PostgresLog } from '@bitabiz/messaging/postgres-log';
import { silentLogger } from '@bitabiz/testing/logs-under-test';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeIs,
  managerIs,
  openGateway,
  patch,
  query,
  type OpenGateway,
  type TestAccount,
} from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const erase = (id: string) => account.admin('POST', `/employees/${id}/erasure`);
/** Everything that every table of a database says, as text. */
async function everything(url: string): Promise<string> {
  const rows = await query(
    url,
    `select format('select t::text as t from %I.%I t', schemaname, tablename) as text from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const all: string[] = [];
  for (const { text } of rows) all.push(...(await query(url, text)).map((row) => row.t));
  // Bytes show as hexadecimal.
  return all
    .map((text) => text.replaceAll(/\\\\?x([0-9a-f]+)/g, (_, hex) => Buffer.from(hex, 'hex').toString('latin1')))
    .join('\n');
}

const databases = () => [gateway.database, gateway.keys, gateway.log, gateway.erasures];

describe('an erasure (P20)', () => {
  it('leaves nothing readable of the person in any database, nor in the log after its retention', async () => {
    const boss = await account.create('boss');
    const person = await account.create('quixotte', { title: 'Quixotte the First' });
    await account.scim(
      'PATCH',
      `/Users/${person['id']}`,
      patch({ op: 'Replace', path: 'title', value: 'Quixotte II' }),
    );
    await account.scim('PATCH', `/Users/${boss['id']}`, managerIs(person['id']));
    await gateway.drained();
    expect(await everything(gateway.database.adminUrl)).toMatch(/quixotte/i);
    const answer = await erase(person['id']);
    expect(answer).toMatchObject({ status: 200, body: { userId: person['id'], erased: true, keysDestroyed: 1 } });
    expect((await account.scim('GET', `/Users/${person['id']}`)).status).toBe(404);
    await gateway.drained();
    const log = (await openEventLog(gateway.env.EVENT_LOG, {
      clientId: 'test',
      partitions: 16,
      logger: silentLogger,
    })) as PostgresLog;
    expect(await everything(gateway.log.adminUrl)).toMatch(/quixotte/i);
    await log.prune(new Date());
    await log.close();
    for (const { adminUrl } of databases()) expect(await everything(adminUrl)).not.toMatch(/quixotte/i);
    const [created, ...later] = (await gateway.feed(account.id)).filter(
      (event) => event['subject'] === `user/${person['id']}`,
    );
    expect(created).toMatchObject({ type: 'UserCreated', erased: true, data: null });
    expect(later.at(-1)).toMatchObject({ type: 'UserErased', data: { userId: person['id'] } });
    expect(await gateway.verified()).toEqual([]);
  });

  it('frees the names, can be asked for again, and is refused for somebody who was never there', async () => {
    const person = await account.create('again');
    expect((await erase(person['id'])).body).toMatchObject({ erased: true });
    expect((await erase(person['id'])).body).toMatchObject({ erased: false, keysDestroyed: 0 });
    const other = await account.create('again');
    expect(other['id']).not.toBe(person['id']);
    expect((await erase('0197f3c2-0000-7000-8000-000000000000')).status).toBe(404);
  });

  it('can be asked for by two at once', async () => {
    const { id } = await account.create('twice');
    const answers = await Promise.all(Array.from({ length: 4 }, () => erase(id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.filter(({ body }) => body['erased'])).toHaveLength(1);
    const { removed } = (await account.admin('GET', `/employees/${id}/erasure`)).body;
    expect(removed).toEqual({ users: 1, sealedEvents: 1, keys: 1, provisioningLog: 1, importRows: 0 });
  });

  it('says what went, also later, and whom Entra would make anew; of nobody else there is a report', async () => {
    const person = await account.create('reported');
    const report = () => account.admin('GET', `/employees/${person['id']}/erasure`);
    expect(await report()).toMatchObject({ status: 404, body: { code: 'erasure.unknown' } });
    await account.scim('PATCH', `/Users/${person['id']}`, activeIs(false));
    const { body } = await erase(person['id']);
    const removed = { users: 1, sealedEvents: 2, keys: 1, provisioningLog: 2, importRows: 0 };
    expect(body).toMatchObject({ removed, warnings: [{ code: 'user.perhapsAssigned' }] });
    expect((await erase(person['id'])).body).toMatchObject({ removed: { users: 0, keys: 0 }, warnings: [] });
    expect(await report()).toMatchObject({
      status: 200,
      body: { service: 'scim-gateway', userId: person['id'], askedBy: expect.stringMatching(/^token:/), removed },
    });
    expect(Date.parse((await report()).body['erasedAt'])).toBeGreaterThan(0);
    const other = await gateway.newAccount('Sydhavn ApS');
    expect((await other.admin('GET', `/employees/${person['id']}/erasure`)).status).toBe(404);
  });

  it('of another account’s employee is refused', async () => {
    const other = await gateway.newAccount('Sydhavn ApS');
    const theirs = await other.create('theirs');
    expect((await erase(theirs['id'])).status).toBe(404);
    expect((await other.scim('GET', `/Users/${theirs['id']}`)).status).toBe(200);
  });

  it('stays after a restore of all databases that a backup holds, before the first request is answered', async () => {
    const person = await account.create('windmill', { title: 'Windmill' });
    const other = await account.create('sancho');
    await gateway.drained();
    await gateway.database.snapshot();
    await gateway.keys.snapshot();
    await erase(person['id']);
    await gateway.stop();
    await gateway.database.restore();
    await gateway.keys.restore();
    // The log is gone too: the list alone must know.
    const log = (await openEventLog(gateway.env.EVENT_LOG, {
      clientId: 'test',
      partitions: 16,
      logger: silentLogger,
    })) as PostgresLog;
    await log.prune(new Date());
    await log.close();
    await gateway.start();
    expect((await account.scim('GET', `/Users/${person['id']}`)).status).toBe(404);
    expect((await account.scim('GET', `/Users/${other['id']}`)).status).toBe(200);
    for (const { adminUrl } of [gateway.database, gateway.keys])
      expect(await everything(adminUrl)).not.toMatch(/windmill/i);
    expect(await gateway.verified()).toEqual([]);
  });
});

describe('the wrapping key (decision 10)', () => {
  it('is rotated while people are created and changed, and the old one can go', async () => {
    const [first] = gateway.env.WRAPPING_KEYS.split(',');
    const second = `w2:${randomBytes(32).toString('base64')}`;
    await gateway.stop();
    await gateway.start({ WRAPPING_KEYS: `${second},${first}` });
    const before = await account.create('before-rotation');
    let working = true;
    const made: string[] = [];
    const work = (async () => {
      for (let n = 0; working; n++) made.push((await account.create(`rotating-${n}`))['id']);
    })();
    const { body } = await gateway.operator('POST', '/operator/keys/rewrap');
    expect(body['rewrapped']).toBeGreaterThan(1000);
    working = false;
    await work;
    const rows = await query(gateway.keys.adminUrl, 'select distinct wrapping_key_id as id from keys.employee_keys');
    expect(rows).toEqual([{ id: 'w2' }]);
    await gateway.stop();
    await gateway.start({ WRAPPING_KEYS: second });
    const title = patch({ op: 'Replace', path: 'title', value: 'Rotated' });
    for (const id of [before['id'], ...made.slice(0, 3)]) {
      expect((await account.scim('PATCH', `/Users/${id}`, title)).status).toBe(200);
    }
    expect(await gateway.verified()).toEqual([]);
  });
});
