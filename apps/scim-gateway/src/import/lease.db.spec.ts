import { Refused } from '@bitabiz/service-kit/refused';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayCommand } from '../gateway.commands.js';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { ImportJobs } from './import-jobs.js';
import { checked, csv, header, reached } from './import.fixture.js';
import { far, replica, turnedBack } from './steps.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const row = (name: string) => [`${name}@nordlys.example`, name, 'Holm', '', ''];
const no = () => new Refused('test.no', 'No');
const importOf = async (id: string) =>
  (await query(gateway.database.adminUrl, `select state, leased_until from own.imports where import_id = '${id}'`))[0];

describe('a replica that stalled until another has its import', () => {
  it('stores nothing of it, and leaves it to the other', async () => {
    const { id } = await checked(gateway, account, csv([header, row('late'), row('later')]));
    await gateway.stop();
    await turnedBack(gateway, id, 'checking', null);
    const stalled = Promise.withResolvers<void>();
    const other = replica(gateway, {
      preview: async (_: string, commands: (GatewayCommand & { kind: 'user' })[]) => {
        await turnedBack(gateway, id, 'running', far);
        stalled.resolve();
        return commands.map(no);
      },
    });
    const jobs = new ImportJobs(other.parts);
    jobs.wake();
    await stalled.promise;
    await jobs.close();
    await other.close();
    expect(await importOf(id)).toEqual({ state: 'running', leased_until: new Date(far) });
    await turnedBack(gateway, id, 'running', null);
    await gateway.start();
    expect(await reached(account, id, 'finished')).toMatchObject({ outcomes: { create: 2, refused: 0 } });
    expect((await account.scim('GET', '/Users')).body['totalResults']).toBe(2);
  });
});

describe('several replicas', () => {
  it('keep the pace of an import together', async () => {
    const rows = Array.from({ length: 1_250 }, (_, n) => row(`p${n}`));
    const { id } = await checked(gateway, account, csv([header, ...rows]));
    await gateway.stop();
    await turnedBack(gateway, id, 'running', null);
    const times: number[] = [];
    const asked = async () => {
      times.push(performance.now());
      throw no();
    };
    const replicas = [replica(gateway, { forUser: asked }), replica(gateway, { forUser: asked })];
    const jobs = replicas.map(({ parts }) => new ImportJobs(parts));
    await until(async () => {
      for (const each of jobs) each.wake();
      return (await importOf(id))?.['state'] === 'finished';
    });
    for (const each of jobs) await each.close();
    for (const each of replicas) await each.close();
    await gateway.start();
    expect(times.length).toBe(1_250);
    // Four waits of 250 ms lie between the first of five steps and the last; where each replica kept its own, half of them.
    expect((times[1_000] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(750);
  });
});
