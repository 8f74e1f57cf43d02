import { loadConfig } from '@bitabiz/service-kit/config';
import type { RunningService } from '@bitabiz/service-kit/bootstrap';
import { freePort } from '@bitabiz/testing/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayConfig } from '../config.js';
import { startGateway } from '../gateway.js';
import { caller, openGateway, patch, type Call, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { groupsIn } from './group.fixture.js';

let gateway: OpenGateway;
let replica: RunningService;
let account: TestAccount;
/** The same account, asked through either of two gateways on one database. */
let both: [Call, Call];

/** Asks again as long as the answer is "try again", as Entra does. */
const patient =
  (call: Call): Call =>
  async (...asked) => {
    const answer = await call(...asked);
    return answer.status === 503 ? patient(call)(...asked) : answer;
  };

beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
  const port = String(await freePort());
  replica = (await startGateway(loadConfig(gatewayConfig, { ...gateway.env, PORT: port }))).service;
  both = [gateway.env.PORT, port].map((each) => patient(caller(`http://127.0.0.1:${each}/scim/v2`, account.token))) as [
    Call,
    Call,
  ];
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});

describe('groups changed through two gateways at once', () => {
  it('have no member who was deleted, and lose none', async () => {
    const { people, create, membersOf } = groupsIn(account);
    const ids = await people(...Array.from({ length: 12 }, (_, n) => `p${n}`));
    const { id } = await create('Sales');
    const answers = await Promise.all([
      ...ids.map((value, n) => both[n % 2]?.('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value }))),
      ...ids.slice(0, 6).map((each, n) => both[(n + 1) % 2]?.('DELETE', `/Users/${each}`)),
    ]);
    const statuses = answers.map((answer) => answer?.status);
    // Who is deleted already can be added no more.
    expect(statuses.filter((status) => status !== 204 && status !== 400)).toEqual([]);
    expect(await membersOf(id)).toEqual(ids.slice(6).toSorted());
    expect(await gateway.verified()).toEqual([]);
  });

  it('have names of their own', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `Team ${n}`);
    const answers = await Promise.all(
      names.flatMap((displayName) => both.map((call) => call('POST', '/Groups', { displayName }))),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.toSorted()).toEqual([...names.map(() => 201), ...names.map(() => 409)]);
    expect(await gateway.verified()).toEqual([]);
  });
});
