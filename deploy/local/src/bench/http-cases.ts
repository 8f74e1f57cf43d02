import { BenchSystem } from './bench-system.js';
import { median, type Measurement } from './measurement.js';
import { seedCrowd } from './crowd.js';
import { noteUsers, seedReference, seedUsers } from './seed.js';
import type { BenchOptions } from './options.js';
import type { Load, LoadResult } from './load-program.js';
import type { LoadAccount, Target } from './requests.js';
import { Worker } from './worker.js';

type HttpCase = { kind: Load['kind']; accounts: 1 | 8; concurrency: 16 | 1; target?: number };

const cases: HttpCase[] = [
  { kind: 'create', accounts: 1, concurrency: 16, target: 0.45 },
  { kind: 'create', accounts: 8, concurrency: 16, target: 0.3 },
  { kind: 'patch', accounts: 1, concurrency: 16, target: 0.45 },
  { kind: 'patch', accounts: 8, concurrency: 16, target: 0.3 },
  { kind: 'get', accounts: 1, concurrency: 16, target: 0.7 },
  { kind: 'filter', accounts: 1, concurrency: 16, target: 0.7 },
  { kind: 'list', accounts: 1, concurrency: 16, target: 0.6 },
  // 1,500 requests/s where the reference creates 9,000.
  { kind: 'cycle', accounts: 1, concurrency: 16, target: 1_500 / 9_000 },
  { kind: 'create', accounts: 1, concurrency: 1 },
  { kind: 'create', accounts: 8, concurrency: 1 },
  { kind: 'patch', accounts: 1, concurrency: 1 },
  { kind: 'patch', accounts: 8, concurrency: 1 },
  { kind: 'get', accounts: 1, concurrency: 1 },
  { kind: 'filter', accounts: 1, concurrency: 1 },
];
const words: Record<Load['kind'], string> = {
  create: 'SCIM create',
  patch: 'SCIM PATCH',
  get: 'SCIM GET',
  filter: 'SCIM filter by userName',
  list: 'SCIM list of 100',
  cycle: 'Entra cycle (look, create, look, read)',
};
/** Such as `SCIM create 8/16`: eight accounts, sixteen requests at once. */
const nameOf = ({ kind, accounts, concurrency }: HttpCase) => `${words[kind]} ${accounts}/${concurrency}`;

/** SCIM requests against the reference of the same round. Only the gateway runs beside Postgres, the reference and the load. */
export async function httpCases(options: BenchOptions): Promise<Measurement[]> {
  const wanted = cases.filter((each) => options.wants(nameOf(each)));
  if (wanted.length === 0) return [];
  const { say, profile, users } = options;
  return BenchSystem.with({ services: ['scim-gateway'], profile, say }, async (system) => {
    const reference = new Worker<object, string>('reference-program.js', {
      DATABASE_URL: system.addressOf('bench_reference'),
    });
    const urls = { gateway: system.urlOf('scim-gateway'), reference: await reference.ask({}) };
    system.watch('reference', reference.pid);
    say('The reference runs beside them');
    const accounts = await Promise.all(Array.from({ length: 8 }, (_, index) => system.account(`Account ${index}`)));
    await seedUsers(system, accounts, 4_000);
    if (users > 0 && accounts[0]) {
      await seedCrowd(system, accounts[0].id, users);
      say(`${users} users more are in the first account`);
    }
    await noteUsers(system, accounts);
    await seedReference(system, accounts);
    const measured: Measurement[] = [];
    for (const each of wanted) measured.push(await rounds(options, system, urls, each, accounts));
    await reference.stop();
    return measured;
  });
}

/** The gateway and the reference take turns in going first, so that a neighbour's load or a growing table favours neither. */
async function rounds(
  { rounds: count, seconds, say }: BenchOptions,
  system: BenchSystem,
  urls: Record<Target, string>,
  scim: HttpCase,
  all: LoadAccount[],
): Promise<Measurement> {
  const { kind, accounts, concurrency, target } = scim;
  const name = nameOf(scim);
  const results: Record<Target, LoadResult[]> = { gateway: [], reference: [] };
  const cpu: Record<Target, CpuPerRequest[]> = { gateway: [], reference: [] };
  // The reference knows no cycle: it creates.
  const asked = (to: Target) => (to === 'reference' && kind === 'cycle' ? 'create' : kind);
  const run = (to: Target, ms: number) =>
    system.load.ask({ url: urls[to], target: to, kind: asked(to), accounts: all.slice(0, accounts), concurrency, ms });
  for (const to of ['reference', 'gateway'] as const) await run(to, Math.min(2_000, seconds * 1000));
  for (let round = 0; round < count; round++) {
    const order: Target[] = round % 2 === 0 ? ['gateway', 'reference'] : ['reference', 'gateway'];
    for (const to of order) {
      const before = system.usage();
      const result = await run(to, seconds * 1000);
      results[to].push(result);
      cpu[to].push(perRequest(to, system.usedSince(before), result));
    }
  }
  const ratios = results.gateway.map(({ perSecond }, round) => perSecond / (results.reference[round]?.perSecond ?? 0));
  const ratio = median(ratios);
  const failed = [...results.gateway, ...results.reference].reduce((sum, result) => sum + result.failed, 0);
  if (failed > 0) throw new Error(`${name}: ${failed} requests failed`);
  const of = (to: Target, part: keyof CpuPerRequest) => Math.round(median(cpu[to].map((each) => each[part])));
  const used = (to: Target) => `${of(to, 'answering')} + ${of(to, 'postgres')} µs`;
  say(
    `${name}: ${ratios.map((each) => each.toFixed(2)).join(' ')} of the reference; CPU a request and of Postgres: ${used('gateway')}, reference ${used('reference')}`,
  );
  return {
    name,
    unit: 'requests/s',
    value: median(results.gateway.map(({ perSecond }) => perSecond)),
    perRound: results.gateway.map(({ perSecond }) => perSecond),
    reference: median(results.reference.map(({ perSecond }) => perSecond)),
    ratio,
    ...(target !== undefined && { target: { at: 'least', value: target, of: 'ratio' } }),
    note: `p99 ${median(results.gateway.map(({ p99 }) => p99)).toFixed(1)} ms`,
  };
}

type CpuPerRequest = { answering: number; postgres: number };

/** What the answering process and Postgres used for a request, in µs: unlike the time, a busy machine hardly changes it. */
function perRequest(to: Target, seconds: ReadonlyMap<string, number>, { answered }: LoadResult): CpuPerRequest {
  const used = (name: string) => ((seconds.get(name) ?? 0) * 1e6) / answered;
  return { answering: used(to === 'gateway' ? 'scim-gateway' : 'reference'), postgres: used('postgres') };
}
