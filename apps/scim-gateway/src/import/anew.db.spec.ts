import { ErasureList } from '@bitabiz/event-store';
import { createPool } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import { until } from '@bitabiz/testing/until';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import type { UserRequest } from '../user/user.request.js';
import { carryOut } from './carry-out.js';
import { noHeadings } from './headings.js';
import { checked, csv, header, reached, send } from './import.fixture.js';
import { far, replica, turnedBack } from './steps.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
let id: string;
let quixotte: string;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

const mail = (name: string) => `${name}@nordlys.example`;
const ask = (text: string) => query(gateway.database.adminUrl, text);
const erase = () => account.admin('POST', `/employees/${quixotte}/erasure`);
const isErased = async () =>
  (await ask(`select from store.events where type = 'UserErased' and account_id = '${account.id}'`)).length === 1;
const usersNamed = async (name: string) =>
  (await account.scim('GET', `/Users?filter=userName eq "${mail(name)}"`)).body['totalResults'] as number;

/** An import that is ready, with a row about somebody who is there and one about a new employee. */
beforeEach(async () => {
  account = await gateway.newAccount();
  const employee = { email: mail('quixotte'), givenName: 'Q', familyName: 'Holm' };
  quixotte = (await account.admin('POST', '/employees', employee)).body['id'];
  const file = csv([header, [mail('quixotte'), 'Q', 'Holm', 'Sales', ''], [mail('new'), 'N', 'Holm', '', '']]);
  ({ id } = await checked(gateway, account, file));
});

describe('a running import (P20)', () => {
  it('makes nobody anew who is erased meanwhile', async () => {
    await turnedBack(gateway, id, 'running', far);
    const other = await gateway.newAccount();
    const pool = createPool(gateway.keys.adminUrl, { name: 'test', max: 1 });
    const client = await pool.connect();
    // The erasure goes on after its event only when this lock is gone.
    await client.query('begin; lock table keys.employee_keys in share mode');
    const erasing = erase();
    await until(isErased);
    await ask(`update own.imports set leased_until = null where import_id = '${id}'`);
    // Any import that comes wakes the gateway.
    await send(gateway, other, csv([header, [mail('other'), 'O', 'Holm', '', '']]));
    expect(await reached(account, id, 'finished')).toMatchObject({ outcomes: { create: 1, update: 0 } });
    await client.query('rollback');
    client.release();
    await pool.end();
    expect((await erasing).body).toMatchObject({ erased: true, removed: { importRows: 1 } });
    expect([await usersNamed('quixotte'), await usersNamed('new')]).toEqual([0, 1]);
  });

  it.each([
    ['', 'conflict'],
    [', also when one of them fails', 'busy'],
  ] as const)('has carried out the rows that it took before the person is erased%s', async (_, kind) => {
    await turnedBack(gateway, id, 'running', far);
    const [stored] = await ask(`select key_id from own.imports where import_id = '${id}'`);
    const [taken, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let first: string | undefined;
    const other = replica(gateway, {
      forUser: async (_: string, { userId }: UserRequest & { type: 'Import' }) => {
        first ??= userId;
        if (userId === first) throw new Refused('test.no', 'No', kind);
        taken.resolve();
        await asked.promise;
        throw new Refused('test.no', 'No');
      },
    });
    const of = { accountId: account.id, importId: id, keyId: stored?.['key_id'] as string, actor: 'test' };
    const job = { ...of, state: 'running', headings: noHeadings, leasedUntil: new Date(far) } as const;
    const step = carryOut(other.parts, job, 10).catch((error: unknown) => error);
    await taken.promise;
    const erasing = erase();
    await until(
      async () => (await ask(`select from pg_locks where locktype = 'advisory' and not granted`)).length === 1,
    );
    expect(await isErased()).toBe(false);
    asked.resolve();
    expect(await step).toEqual(kind === 'busy' ? new Refused('test.no', 'No', 'busy') : 2);
    await other.close();
    expect((await erasing).body).toMatchObject({ erased: true, removed: { importRows: 1 } });
    await account.admin('DELETE', `/imports/${id}`);
  });

  it('waits with the rows of somebody whose erasure is not decided, and carries them out when that one stays', async () => {
    const pool = createPool(gateway.erasures.batchUrl, { name: 'test', max: 1 });
    await new ErasureList(pool).note({
      accountId: account.id,
      userId: quixotte,
      askedAt: new Date(),
      actor: 'job:retention',
      correlationId: randomUUID(),
      conditional: true,
    });
    await pool.end();
    await ask(
      `update own.import_rows set named = '{${quixotte}}' where import_id = '${id}' and user_id = '${quixotte}'`,
    );
    await account.admin('POST', `/imports/${id}/start`);
    await until(async () => (await account.admin('GET', `/imports/${id}`)).body['outcomes'].create === 1);
    expect((await account.admin('GET', `/imports/${id}`)).body).toMatchObject({ state: 'running', done: 1 });
    await gateway.stop();
    await gateway.start();
    expect(await reached(account, id, 'finished')).toMatchObject({ outcomes: { create: 1, update: 1 } });
  });
});
