import { setTimeout as pause } from 'node:timers/promises';
import { partitionOf } from '@bitabiz/messaging/partition';
import { long } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccount } from '../accounts.js';
import type { StartedAccount } from '../start-file.js';
import { importPeople } from './import.fixture.js';
import { RunningSystem } from './running-system.fixture.js';

const rows = long ? 100_000 : 5_000;
const partitions = 16;
const minute = 60_000;

describe.each(logsUnderTest())('an import of many, the log on $name', ({ name: log }) => {
  let system: RunningSystem;
  let importing: StartedAccount;
  let neighbour: StartedAccount;
  beforeAll(async () => {
    system = await RunningSystem.start(log, 1);
    [importing] = system.accounts as [StartedAccount];
    neighbour = await inThePartitionOf(importing);
  });
  afterAll(() => system.stop());

  /** Another account of the same partition of the log. */
  async function inThePartitionOf({ id }: StartedAccount): Promise<StartedAccount> {
    for (;;) {
      const made = await makeAccount(system.api, system.gateways[0] ?? '', 'Neighbour');
      if (partitionOf(made.id, partitions) === partitionOf(id, partitions)) return made;
    }
  }

  const scim = async (method: string, path: string, body: object) => {
    const response = await fetch(`${neighbour.scimEndpoint}${path}`, {
      method,
      headers: { authorization: `Bearer ${neighbour.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    expect(response.ok).toBe(true);
    return (await response.json()) as { id: string };
  };
  const mayEnter = async (name: string) => {
    const sso = system.parts.find((part) => part.service === 'sso')?.child.url;
    const response = await fetch(`${sso}/accounts/${neighbour.id}/admission?name=${encodeURIComponent(name)}`, {
      headers: { authorization: `Bearer ${neighbour.adminToken}` },
    });
    return ((await response.json()) as { allowed: boolean }).allowed;
  };

  it(
    'does not hold up who must lose access in another account of its partition (decisions 7, 8)',
    async () => {
      let done = 0;
      let over = false;
      const running = importPeople(system, importing.id, rows, (now) => (done = now)).finally(() => (over = true));
      const waited: number[] = [];
      let during = 0;
      for (let n = 0; !over; n++) {
        const userName = `n${n}@neighbour.example`;
        const name = { givenName: 'N', familyName: 'N' };
        const { id } = await scim('POST', '/Users', { userName, name, emails: [{ type: 'work', value: userName }] });
        await until(() => mayEnter(userName), { deadlineMs: minute });
        const disable = [{ op: 'Replace', path: 'active', value: 'False' }];
        await scim('PATCH', `/Users/${id}`, {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: disable,
        });
        const from = performance.now();
        await until(async () => !(await mayEnter(userName)), { deadlineMs: minute, everyMs: 5 });
        waited.push(performance.now() - from);
        if (!over) during += 1;
        await pause(20);
      }
      await running;
      const p99 = waited.toSorted((a, b) => a - b)[Math.ceil(waited.length * 0.99) - 1] ?? 0;
      process.stdout.write(
        `import of ${rows}, log on ${log}: ${waited.length} suspensions meanwhile, visible in sso after ${p99.toFixed(0)} ms (p99)\n`,
      );
      expect(done).toBe(rows);
      // Each was seen while the import went on, so none waited for its end.
      expect(during).toBeGreaterThan(3);
      await system.expectNoDifferences();
    },
    60 * minute,
  );
});
