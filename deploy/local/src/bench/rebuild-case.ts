import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { BenchSystem } from './bench-system.js';
import { median, type Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { noteUsers, seedUsers } from './seed.js';

const name = 'rebuild of the directory with decryption';
const users = 8_000;
const events = 20_000;
const upsertsTogether = 1_000;

type Report = { events: number; differences: unknown[]; switched: boolean };

/** The directory builds its projections again from the gateway's feed, compares and switches; the gateway decrypts every event. */
export async function rebuildCase({ wants, rounds, say }: BenchOptions): Promise<Measurement[]> {
  if (!wants(name)) return [];
  return BenchSystem.with({ services: ['scim-gateway', 'employee-directory'], say }, async (system) => {
    await seedEvents(system);
    await untilCaughtUp(system);
    const client = await system.connect('bench_reference');
    const perRound: number[] = [];
    const reference: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = system.usage();
      const begin = performance.now();
      const report = await system.operate<Report>('employee-directory', 'POST', '/operator/rebuild');
      const ms = performance.now() - begin;
      if (!report.switched) throw new Error(`the rebuild found ${report.differences.length} differences`);
      perRound.push((report.events * 1000) / ms);
      const cpu = [...system.usedSince(before)].map(
        ([each, seconds]) => `${each} ${Math.round((seconds * 1e6) / report.events)} µs`,
      );
      reference.push(await upserts(client, report.events));
      say(`${name}: ${report.events} events in ${Math.round(ms)} ms; CPU an event: ${cpu.join(', ')}`);
    }
    const ratio = median(perRound.map((value, round) => value / (reference[round] ?? Number.NaN)));
    // 20,000/s on a machine whose Postgres upserts 57,000 rows/s.
    const target = { at: 'least', value: 20_000 / 57_000, of: 'ratio' } as const;
    return [{ name, unit: 'events/s', value: median(perRound), perRound, reference: median(reference), ratio, target }];
  });
}

/** The reference: as many rows as there are events, upserted by one connection and nothing else. @returns rows a second. */
async function upserts(client: Client, rows: number): Promise<number> {
  await client.query('drop table if exists upserts; create table upserts (id uuid primary key, body jsonb not null)');
  const ids = Array.from({ length: users }, () => randomUUID());
  const body = JSON.stringify({ text: 'x'.repeat(300) });
  const begin = performance.now();
  for (let from = 0; from < rows; from += upsertsTogether) {
    const count = Math.min(upsertsTogether, rows - from);
    await client.query({
      name: 'upsert',
      text: `insert into upserts select * from unnest($1::uuid[], $2::jsonb[])
        on conflict (id) do update set body = excluded.body`,
      values: [Array.from({ length: count }, (_, index) => ids[(from + index) % users]), Array(count).fill(body)],
    });
  }
  return (rows * 1000) / (performance.now() - begin);
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
