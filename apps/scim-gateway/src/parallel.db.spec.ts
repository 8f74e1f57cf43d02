import { Agent, request } from 'node:http';
import { long } from '@bitabiz/testing/effort';
import { seeded, type Random } from '@bitabiz/testing/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount, withoutLimits } from './gateway.fixture.js';

const clients = 16;
const seconds = long ? 60 : 10;

let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway(withoutLimits)));
afterAll(() => gateway.close());

/** Runs `client` sixteen times at once, over and over until the time is up. */
async function together(client: (number: number, random: Random) => Promise<void>): Promise<void> {
  const until = Date.now() + seconds * 1000;
  const random = seeded(`${clients} clients for ${seconds} s`);
  await Promise.all(
    Array.from({ length: clients }, async (_, number) => {
      while (Date.now() < until) await client(number, random);
    }),
  );
}

async function crowd(account: TestAccount, count: number): Promise<string[]> {
  const people = await Promise.all(Array.from({ length: count }, (_, n) => account.create(`member${n}`)));
  return people.map((each) => each['id'] as string);
}

describe(`${clients} clients that write at the same time (entra.md 1.7)`, () => {
  it('lose no change of one user', { timeout: 180_000 }, async () => {
    const account = await gateway.newAccount();
    const { id } = await account.create('ada');
    const titles = new Map<number, string>();
    let changes = 0;
    await together(async (number) => {
      changes += 1;
      const title = `Title ${number}/${changes}`;
      const { status } = await account.scim(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'Replace', path: 'title', value: title }),
      );
      expect(status).toBe(200);
      titles.set(number, title);
    });
    const { body } = await account.scim('GET', `/Users/${id}`);
    expect(body['meta']['version']).toBe(`W/"${changes + 1}"`);
    expect([...titles.values()]).toContain(body['title']);
    expect(await gateway.verified()).toEqual([]);
  });

  it('lose no member of one group', { timeout: 180_000 }, async () => {
    const account = await gateway.newAccount();
    const people = await crowd(account, clients * 4);
    const { id } = (await account.scim('POST', '/Groups', { displayName: 'Everybody' })).body;
    const inside = new Set<string>();
    await together(async (number, random) => {
      const who = people[number * 4 + random.int(0, 3)] as string;
      const joins = !inside.has(who);
      const operation = joins
        ? { op: 'Add', path: 'members', value: [{ $ref: null, value: who }] }
        : random.pick([
            { op: 'Remove', path: 'members', value: [{ value: who }] },
            { op: 'remove', path: `members[value eq "${who}"]` },
          ]);
      const { status } = await account.scim('PATCH', `/Groups/${id}`, patch(operation));
      expect(status).toBe(204);
      if (joins) inside.add(who);
      else inside.delete(who);
    });
    const { body } = await account.scim('GET', `/Groups/${id}`);
    const members = ((body['members'] ?? []) as { value: string }[]).map(({ value }) => value);
    expect(members.toSorted()).toEqual([...inside].toSorted());
    expect(await gateway.verified()).toEqual([]);
  });

  it('never make a second person of a POST whose answer was lost', { timeout: 180_000 }, async () => {
    const account = await gateway.newAccount();
    let count = 0;
    await together(async (_, random) => {
      count += 1;
      const body = person(`lost${count}`);
      await sendAndHangUp(account.token, JSON.stringify(body), random.int(0, 8));
      const { status } = await account.scim('POST', '/Users', body);
      expect([201, 409]).toContain(status);
      const filter = encodeURIComponent(`userName eq "${body.userName}"`);
      expect((await account.scim('GET', `/Users?filter=${filter}`)).body['totalResults']).toBe(1);
    });
    expect((await account.scim('GET', '/Users?count=0')).body['totalResults']).toBe(count);
    expect(await gateway.verified()).toEqual([]);
  });
});

const agent = new Agent();

/** Sends a POST and closes the connection `ms` milliseconds later, before or after it was carried out. */
function sendAndHangUp(token: string, body: string, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const sent = request({
      agent,
      method: 'POST',
      host: '127.0.0.1',
      port: gateway.env.PORT,
      path: '/scim/v2/Users',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    });
    sent.on('error', () => undefined);
    sent.on('close', resolve);
    sent.on('response', (response) => response.resume());
    sent.end(body, () => setTimeout(() => sent.destroy(), ms));
  });
}
