import { setTimeout as pause } from 'node:timers/promises';
import { rounds } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded, type Random } from '@bitabiz/testing/random';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EntraLoad } from './entra-load.fixture.js';
import { RunningSystem, type Part } from './running-system.fixture.js';

const minutes = 60_000;

describe.each(logsUnderTest())('kill -9 under load, the log on $name', ({ name: log }) => {
  let system: RunningSystem;
  beforeAll(async () => void (system = await RunningSystem.start(log)));
  afterAll(() => system.stop());

  const kill = ({ child }: Part) => child.pid !== undefined && process.kill(child.pid, 'SIGKILL');
  const of = (...services: string[]) => system.parts.filter(({ service }) => services.includes(service));
  const publishing = async (): Promise<Part> => {
    const found = await until(
      async () => {
        for (const part of of('scim-gateway')) {
          const status = await system.operator<{ publishing: boolean }>(part.child.url, 'relay').catch(() => undefined);
          if (status?.publishing) return part;
        }
        return undefined;
      },
      { deadlineMs: 30_000, everyMs: 100 },
    );
    return found;
  };
  const targets: Record<string, (random: Random) => Promise<unknown>> = {
    'one of two gateways': async (random) => kill(random.pick(of('scim-gateway'))),
    'the gateway that publishes': async () => kill(await publishing()),
    'a consumer': async (random) => kill(random.pick(of('employee-directory', 'approval-flow', 'sso'))),
    Postgres: async () => system.killPostgres(),
    ...(log === 'kafka' && { 'the broker': async () => system.broker?.killAndStart() }),
  };

  it.each(Object.keys(targets))(
    'of %s: nothing is lost, nothing is doubled',
    async (target) => {
      const random = seeded(`kill -9 of ${target}, ${rounds} rounds, log on ${log}`);
      const load = new EntraLoad(() => system.gateways, system.accounts, random);
      load.start();
      for (let round = 0; round < rounds; round++) {
        const before = load.acknowledged;
        await until(() => load.acknowledged > before + 20, { deadlineMs: 60_000 });
        await pause(random.int(0, 300));
        await targets[target]?.(random);
        await until(() => load.acknowledged > before + 40, { deadlineMs: 60_000 });
        await system.allReady();
      }
      await load.stop();
      await load.expectNothingLost();
      await system.expectNoDifferences();
      expect(load.people.length).toBeGreaterThan(10);
    },
    20 * minutes,
  );
});
