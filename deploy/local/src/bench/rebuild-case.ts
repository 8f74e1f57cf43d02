import { setTimeout as pause } from 'node:timers/promises';
import { BenchSystem } from './bench-system.js';
import { median, type Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { noteUsers, seedUsers } from './seed.js';

const name = 'rebuild of the directory with decryption';
const users = 8_000;
const events = 20_000;

type Report = { events: number; differences: unknown[]; switched: boolean };

/** The directory builds its projections again from the gateway's feed, compares and switches; the gateway decrypts every event. */
export async function rebuildCase({ wants, rounds, say }: BenchOptions): Promise<Measurement[]> {
  if (!wants(name)) return [];
  return BenchSystem.with({ services: ['scim-gateway', 'employee-directory'], say }, async (system) => {
    await seedEvents(system);
    await untilCaughtUp(system);
    const perRound: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = system.usage();
      const begin = performance.now();
      const report = await system.operate<Report>('employee-directory', 'POST', '/operator/rebuild');
      const ms = performance.now() - begin;
      if (!report.switched) throw new Error(`the rebuild found ${report.differences.length} differences`);
      perRound.push((report.events * 1000) / ms);
      const cpu = [...system.usage()].map(
        ([each, seconds]) => `${each} ${Math.round(((seconds - (before.get(each) ?? 0)) * 1e6) / report.events)} µs`,
      );
      say(`${name}: ${report.events} events in ${Math.round(ms)} ms; CPU an event: ${cpu.join(', ')}`);
    }
    const target = { at: 'least', value: 20_000, of: 'value' } as const;
    return [{ name, unit: 'events/s', value: median(perRound), perRound, target }];
  });
}

async function seedEvents(system: BenchSystem): Promise<void> {
  const accounts = await Promise.all(Array.from({ length: 8 }, (_, index) => system.account(`Account ${index}`)));
  await seedUsers(system, accounts, users);
  await noteUsers(system, accounts);
  const store = await system.connect('scim_gateway');
  const count = async () => Number((await store.query('select count(*) as n from store.events')).rows[0].n);
  while ((await count()) < events) {
    await system.load.ask({
      url: system.urlOf('scim-gateway'),
      target: 'gateway',
      kind: 'patch',
      accounts,
      concurrency: 16,
      ms: 500,
    });
  }
}

async function untilCaughtUp(system: BenchSystem): Promise<void> {
  const store = await system.connect('scim_gateway');
  const directory = await system.connect('employee_directory');
  const wanted = await store.query('select count(*) as n from store.events');
  for (;;) {
    const reached = await directory.query(
      `select coalesce(sum(last_seq), 0) as n from live.checkpoints where source = 'scim-gateway'`,
    );
    if (Number(reached.rows[0].n) >= Number(wanted.rows[0].n)) return;
    await pause(500);
  }
}
