import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGateway, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { entryWith } from './log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const stored = async (name: string) =>
  (await query(gateway.database.adminUrl, `select 1 from own.users where user_name_key = '${name}@nordlys.example'`))
    .length > 0;

it('a change whose sender went away before the answer is logged like any other (P18)', async () => {
  for (let n = 0; n < 5; n++) {
    const [name, correlation] = [`gone${n}`, randomUUID()];
    const body = JSON.stringify(person(name));
    const socket = connect(Number(gateway.env.PORT), '127.0.0.1');
    socket.on('error', () => undefined);
    const head = [
      'POST /scim/v2/Users HTTP/1.1',
      'host: x',
      `authorization: Bearer ${account.token}`,
      'content-type: application/scim+json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-correlation-id: ${correlation}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
    // One that went away before it was read leaves nothing at all.
    if (await until(() => stored(name), { deadlineMs: 2_000 }).catch(() => false)) {
      const entry = await entryWith(account, correlation);
      expect(entry).toMatchObject({ provisioningAction: 'Create', outcome: 'Success' });
    }
  }
  const made = await query(gateway.database.adminUrl, `select count(*)::int as n from own.users`);
  expect(made[0]?.['n']).toBeGreaterThan(0);
});
