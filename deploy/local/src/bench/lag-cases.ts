import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { serviceNames } from '../options.js';
import { BenchSystem } from './bench-system.js';
import { median, quantile, type Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { goodStatus, nextRequest, type LoadAccount } from './requests.js';
import { noteUsers, seedUsers } from './seed.js';

const projections = [
  { name: 'directory', database: 'employee_directory', table: 'live.cards' },
  { name: 'approval-flow', database: 'approval_flow', table: 'live.people' },
  { name: 'sso', database: 'sso', table: 'live.identities' },
] as const;
const conditions = [
  { name: 'quiet', changesPerSecond: 0 },
  { name: 'at 200 changes/s', changesPerSecond: 200 },
] as const;
const patienceMs = 30_000;
/** Milliseconds: access ends within 2 s (decision 8); the card that a page waits for is there much sooner. */
const targetOf = (name: Watched['name']) =>
  ({ at: 'most', value: name === 'directory' ? 150 : 2_000, of: 'value' }) as const;

type Watched = { name: string; table: string; client: pg.Client };
type Condition = (typeof conditions)[number];

/** From the SCIM answer to the row in each projection, with every service running, on each log. */
export async function lagCases(options: BenchOptions): Promise<Measurement[]> {
  if (!options.wants('visible')) return [];
  const logs = [undefined, ...(options.kafka === undefined ? [] : [`kafka://${options.kafka}`])];
  const measured: Measurement[] = [];
  for (const log of logs) {
    const on = log === undefined ? 'log on Postgres' : 'log on Kafka';
    const of = await BenchSystem.with({ services: serviceNames, log, say: options.say }, async (system) => {
      const accounts = await Promise.all(Array.from({ length: 8 }, (_, index) => system.account(`Account ${index}`)));
      await seedUsers(system, accounts, 800);
      await noteUsers(system, accounts);
      const watched = await Promise.all(
        projections.map(async (each) => ({ ...each, client: await system.connect(each.database) })),
      );
      await sample(system, accounts, watched, 2_000);
      const found: Measurement[] = [];
      for (const condition of conditions) found.push(...(await measure(options, system, accounts, watched, condition)));
      return found;
    });
    measured.push(...of.map((each) => ({ ...each, name: `${each.name}, ${on}` })));
  }
  return measured;
}

async function measure(
  { rounds, seconds, say }: BenchOptions,
  system: BenchSystem,
  accounts: LoadAccount[],
  watched: Watched[],
  { name: condition, changesPerSecond }: Condition,
): Promise<Measurement[]> {
  const perRound: Map<string, number[]>[] = [];
  for (let round = 0; round < rounds; round++) {
    const ms = seconds * 1000;
    const load = changesPerSecond > 0 ? changes(system, accounts, changesPerSecond, ms + 500) : undefined;
    if (load) await pause(500);
    const before = system.usage();
    perRound.push(await sample(system, accounts, watched, ms));
    const cpu = [...system.usedSince(before)].map(([each, used]) => `${each} ${Math.round((used * 100) / seconds)} %`);
    say(`visible, ${condition}: CPU ${cpu.join(', ')} of a core`);
    await load;
  }
  return watched.flatMap(({ name }) =>
    ([0.5, 0.99] as const).map((part): Measurement => {
      const values = perRound.map((each) => quantile(each.get(name) ?? [], part));
      const slow = part === 0.99;
      return {
        name: `visible in ${name}, ${condition}, p${part * 100}`,
        unit: 'ms',
        value: median(values),
        perRound: values,
        ...(slow && { target: targetOf(name) }),
      };
    }),
  );
}

const changes = (system: BenchSystem, accounts: LoadAccount[], perSecond: number, ms: number) =>
  system.load.ask({
    url: system.urlOf('scim-gateway'),
    target: 'gateway',
    kind: 'patch',
    accounts,
    concurrency: 16,
    ms,
    perSecond,
  });

/** Creates one user after the other, and looks in each projection until the row is there. @returns the times by projection. */
async function sample(system: BenchSystem, accounts: LoadAccount[], watched: Watched[], ms: number) {
  const times = new Map<string, number[]>(watched.map(({ name }) => [name, []]));
  const begin = performance.now();
  while (performance.now() - begin < ms) {
    const account = accounts[Math.floor(Math.random() * accounts.length)] as LoadAccount;
    const { method, path, headers, body = '' } = nextRequest('create', 'gateway', [account]);
    const response = await fetch(`${system.urlOf('scim-gateway')}${path}`, { method, headers, body });
    const answered = performance.now();
    if (response.status !== goodStatus('create', 'gateway'))
      throw new Error(`a create was answered ${response.status}`);
    const { id } = (await response.json()) as { id: string };
    await Promise.all(
      watched.map(async (each) => times.get(each.name)?.push((await appears(each, account.id, id)) - answered)),
    );
    await pause(20 + Math.random() * 50);
  }
  return times;
}

/** @returns when the row was seen first. */
async function appears({ name, table, client }: Watched, account: string, user: string): Promise<number> {
  const begin = performance.now();
  for (;;) {
    const { rowCount } = await client.query({
      name: 'appears',
      text: `select from ${table} where account_id = $1 and user_id = $2`,
      values: [account, user],
    });
    const now = performance.now();
    if (rowCount === 1) return now;
    if (now - begin > patienceMs) throw new Error(`${name} did not show a user within ${patienceMs / 1000} s`);
    await pause(2);
  }
}
