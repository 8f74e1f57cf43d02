import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPool } from '@bitabiz/service-kit/database';
import { seeded } from '@bitabiz/testing/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount, withoutLimits } from '../gateway.fixture.js';
import { hostileRequest, type HostileRequest } from './hostile-requests.fixture.js';

const requests = 10_000;
const clients = 4;
/** Times the median that one request may take. */
const slowest = 50;
const again = 5;

type Answered = { request: HostileRequest; status: number; body: string; ms: number };

let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway(withoutLimits)));
afterAll(() => gateway.close());

const agent = new Agent({ keepAlive: true });

function send({ method, path, headers, body }: HostileRequest): Promise<Omit<Answered, 'request'>> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const options = { agent, method, host: '127.0.0.1', port: gateway.env.PORT, path: `/scim/v2${path}`, headers };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: text, ms: performance.now() - begin });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function open(account: TestAccount) {
  const user = (await account.create(`u${account.id.slice(-12)}`))['id'] as string;
  const group = (await account.scim('POST', '/Groups', { displayName: 'Everybody' })).body['id'] as string;
  return { user, group };
}

/** Bytes in use once everything that can go is gone. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe(`${requests} requests that no good client sends`, () => {
  it(
    'are answered by SCIM, store nothing where they are refused, and hold up nobody',
    { timeout: 600_000 },
    async () => {
      const answers: Answered[] = [];
      const pool = createPool(gateway.database.adminUrl, { name: 'hostile', max: clients });
      const head = async (account: string) =>
        (await pool.query('select max(account_seq) as n from store.events where account_id = $1', [account])).rows[0].n;
      let heap = 0;
      const client = async (number: number) => {
        const random = seeded(`hostile client ${number}`);
        const account = await gateway.newAccount(`Hostile ${number}`);
        const known = await open(account);
        let before = await head(account.id);
        for (let count = 0; count < requests / clients; count++) {
          const made = hostileRequest(random, known, account.token);
          const answer = { request: made, ...(await send(made)) };
          answers.push(answer);
          const after = await head(account.id);
          if (answer.status >= 400) expect([shown(answer), after]).toEqual([shown(answer), before]);
          before = after;
          if (number === 0 && count === requests / clients / 2) heap = heapUsed();
        }
      };
      await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
      await pool.end();

      expect(answers.filter(isServerError).map(shown).slice(0, 5)).toEqual([]);
      const refused = answers.filter(({ status }) => status >= 400);
      expect(
        refused
          .filter(({ body }) => !body.includes('urn:ietf:params:scim:api:messages:2.0:Error'))
          .map(shown)
          .slice(0, 5),
      ).toEqual([]);
      expect(refused.length).toBeGreaterThan(requests / 4);
      expect(answers.length - refused.length).toBeGreaterThan(requests / 20);
      expect(heapUsed() - heap).toBeLessThan(64 * 1024 * 1024);
      expect(await slowOnes(answers)).toEqual([]);
      expect(await gateway.verified()).toEqual([]);
    },
  );
});

/** 501 is what RFC 7644 section 3.11 wants of /Me. */
const isServerError = ({ status }: Answered) => status === 0 || (status >= 500 && status !== 501);

/** Those that stay slow when they are sent again alone: a pause of the machine is nobody's fault. */
async function slowOnes(answers: Answered[]): Promise<string[]> {
  const median = answers.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(answers.length / 2)] as number;
  const slow: string[] = [];
  for (const answer of answers.filter(({ ms }) => ms > slowest * median)) {
    const times: number[] = [];
    for (let count = 0; count < again; count++) times.push((await send(answer.request)).ms);
    const best = Math.min(...times);
    if (best > slowest * median) slow.push(`${Math.round(best / median)} times the median: ${shown(answer)}`);
  }
  return slow;
}

const shown = ({ request: { method, path, body }, status, body: answer }: Answered) =>
  `${status} ${method} ${path.slice(0, 200)} ${body?.toString().slice(0, 300) ?? ''} → ${answer.slice(0, 300)}`;
