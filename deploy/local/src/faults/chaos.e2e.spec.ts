import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { long } from '@bitabiz/testing/effort';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { seeded, type Random } from '@bitabiz/testing/random';
import type { TcpProxy } from '@bitabiz/testing/tcp-proxy';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EntraLoad } from './entra-load.fixture.js';
import { importPeople } from './import.fixture.js';
import { RunningSystem } from './running-system.fixture.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const minute = 60_000;
const faultsForMs = long ? 10 * minute : 20_000;
const brokerAwayMs = long ? minute : 8_000;
const longFreezeMs = long ? 20_000 : 2_000;
const imported = long ? 100_000 : 1_000;
const demoPeople = long ? '250' : '60';

describe.each(logsUnderTest())('a system that lives, the log on $name', ({ name: log }) => {
  let system: RunningSystem;
  beforeAll(async () => void (system = await RunningSystem.start(log, 3)));
  afterAll(() => system.stop());

  const demo = async () => {
    const program = fileURLToPath(new URL('../../../../apps/entra-simulator/dist/main.js', import.meta.url));
    const args = [program, '--system', system.startFile, '--people', demoPeople, '--new-account'];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    const [code] = await once(child, 'exit');
    expect(code, said).toBe(0);
  };

  const frozen = async (pid: number | undefined, ms: number) => {
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    await pause(ms);
    process.kill(pid, 'SIGCONT');
  };
  const slowed = async (proxy: TcpProxy, random: Random) => {
    proxy.delayMs = random.int(5, 50);
    await pause(random.int(500, longFreezeMs));
    proxy.delayMs = 0;
  };
  const someChild = (random: Random) => random.pick(system.parts).child;
  const faults: ((random: Random) => Promise<unknown>)[] = [
    async (random) => {
      const { pid } = someChild(random);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    async (random) => frozen(someChild(random).pid, random.int(100, longFreezeMs)),
    async (random) => {
      const { pid } = someChild(random);
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
    },
    async () => system.killPostgres(),
    // A fast shutdown, as a restart for an update is.
    async () => system.killPostgres('SIGINT'),
    async () => system.broker?.killAndStart(),
    async (random) => system.proxy.cut(() => random.chance(50)),
    async (random) => slowed(system.proxy, random),
    async (random) => system.broker?.proxy.cut(() => random.chance(50)),
    async (random) => system.broker && slowed(system.broker.proxy, random),
  ];

  it(
    'keeps every promise through the demo, an import and random faults',
    async () => {
      const random = seeded(`random faults for ${faultsForMs / 1000} s, log on ${log}`);
      await demo();
      const importing = importPeople(system, system.accounts[2]?.id ?? '', imported);
      const load = new EntraLoad(() => system.gateways, system.accounts.slice(0, 2), random);
      load.start();
      await importing;
      const end = Date.now() + faultsForMs;
      while (Date.now() < end) {
        const before = load.acknowledged;
        await random.pick(faults)(random);
        await until(() => load.acknowledged > before + 10, { deadlineMs: 90_000 });
        await pause(random.int(0, 2_000));
      }
      await load.stop();
      await load.expectNothingLost();
      await system.expectNoDifferences();
    },
    40 * minute,
  );

  if (log === 'kafka') {
    it(
      'goes on while the broker does not answer for long, and catches up',
      async () => {
        const random = seeded(`broker away for ${brokerAwayMs / 1000} s`);
        const load = new EntraLoad(() => system.gateways, system.accounts.slice(0, 2), random);
        load.start();
        const thaw = system.broker?.freeze();
        const before = load.acknowledged;
        await pause(brokerAwayMs);
        const meanwhile = load.acknowledged - before;
        thaw?.();
        // SCIM does not wait for the log.
        expect(meanwhile).toBeGreaterThan(20);
        await load.stop();
        await load.expectNothingLost();
        await system.expectNoDifferences();
      },
      10 * minute,
    );
  }
});
