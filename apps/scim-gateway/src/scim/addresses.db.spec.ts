import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { entryWith } from '../provisioning-log/log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

/** Sends the target as it is written: fetch would tidy it up. */
const post = (path: string, token: string, correlation: string, body: string) =>
  new Promise<{ status: number; type: string; challenge: string | undefined }>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/scim+json',
      'x-correlation-id': correlation,
    };
    const sent = request({ port: gateway.env.PORT, host: '127.0.0.1', method: 'POST', path, headers }, (answer) => {
      const { statusCode: status = 0, headers: got } = answer;
      answer.resume();
      answer.on('end', () =>
        resolve({ status, type: String(got['content-type']), challenge: got['www-authenticate'] }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

describe.each(['/%73cim/v2/Users', '/SCIM/v2/Users/', 'http://elsewhere.example/scim/v2/Users', '/scim/v2/Users#part'])(
  'SCIM under the address %s',
  (path) => {
    it('is SCIM like under any other: logged (P18), in its form, with its limits', async () => {
      const correlation = randomUUID();
      const body = JSON.stringify(person(`ada-${correlation}`));
      const answer = await post(path, account.token, correlation, body);
      expect(answer).toMatchObject({ status: 201, type: expect.stringContaining('application/scim+json') });
      expect(await entryWith(account, correlation)).toMatchObject({ provisioningAction: 'Create', outcome: 'Success' });
    });

    it('refuses strangers as SCIM does, and what is nested too deep', async () => {
      expect(await post(path, 'nobody', randomUUID(), '{}')).toMatchObject({
        status: 401,
        type: expect.stringContaining('application/scim+json'),
        challenge: expect.stringContaining('Bearer realm="scim"'),
      });
      const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
      expect((await post(path, account.token, randomUUID(), deep)).status).toBe(400);
    });
  },
);
