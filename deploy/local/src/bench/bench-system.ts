import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freeBlock } from '@bitabiz/testing/free-port';
import pg from 'pg';
import { makeAccount } from '../accounts.js';
import { Child } from '../child.js';
import { ensureDatabases, inDatabase } from '../databases.js';
import { environmentOf, placeHere, withoutLimits } from '../environment.js';
import { OperatorApi } from '../operator-api.js';
import { portsOf, urlOf, type ServiceName } from '../options.js';
import { Postgres } from '../postgres.js';
import { loadSecrets, type Secrets } from '../secrets.js';
import type { Load, LoadResult } from './load-program.js';
import type { LoadAccount } from './requests.js';
import { cpuSeconds } from './usage.js';
import { Worker } from './worker.js';

export type SystemOptions = {
  services: readonly ServiceName[];
  log?: string | undefined;
  /** Where the gateway leaves a CPU profile when it ends. */
  profile?: string | undefined;
  say: (line: string) => void;
};

/** A system of its own for one group of measurements: Postgres, some services, the load. Its data is gone afterwards. */
export class BenchSystem {
  readonly load = new Worker<Load, LoadResult>('load-program.js');
  private readonly children = new Map<ServiceName, Child>();
  private readonly clients: pg.Client[] = [];
  private readonly watched = new Map<string, number>();

  private constructor(
    private readonly options: SystemOptions,
    private readonly dataDir: string,
    private readonly ports: ReturnType<typeof portsOf>,
    private readonly postgres: Postgres,
    private readonly secrets: Secrets,
  ) {}

  /** Starts a system, does `work` with it, stops it. */
  static async with<T>(options: SystemOptions, work: (system: BenchSystem) => Promise<T>): Promise<T> {
    const dataDir = mkdtempSync(join(tmpdir(), 'bitabiz-bench-'));
    const secrets = loadSecrets(dataDir);
    const ports = portsOf(await freeBlock(10));
    const postgres = await Postgres.open(dataDir, ports.postgres, secrets.postgresPassword);
    const system = new BenchSystem(options, dataDir, ports, postgres, secrets);
    // Postgres and the services have process groups of their own: Ctrl-C does not reach them by itself.
    const onSignal = () => void system.stop().finally(() => process.exit(130));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
    try {
      await system.start();
      return await work(system);
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
      await system.stop();
    }
  }

  urlOf(service: ServiceName): string {
    return urlOf(this.ports[service]);
  }

  pidOf(process: ServiceName | 'postgres'): number {
    return (process === 'postgres' ? this.postgres : this.children.get(process))?.pid ?? 0;
  }

  /** Counts another process among those of `usage`. */
  watch(name: string, pid: number): void {
    this.watched.set(name, pid);
  }

  /** CPU time of each process so far, in seconds. */
  usage(): Map<string, number> {
    const pids = new Map<string, number>([...this.watched, ['load', this.load.pid]]);
    for (const name of this.options.services) pids.set(name, this.pidOf(name));
    const used = new Map([...pids].map(([name, pid]) => [name, cpuSeconds(pid)]));
    return used.set('postgres', cpuSeconds(this.pidOf('postgres'), true));
  }

  /** CPU time of each process since `before`, in seconds. */
  usedSince(before: ReadonlyMap<string, number>): Map<string, number> {
    return new Map([...this.usage()].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
  }

  /** A connection as superuser, for looking on. */
  async connect(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.addressOf(database) });
    client.on('error', () => undefined);
    await client.connect();
    this.clients.push(client);
    return client;
  }

  addressOf(database: string): string {
    return inDatabase(this.postgres.url, database);
  }

  async account(name: string): Promise<LoadAccount> {
    const gateway = this.urlOf('scim-gateway');
    const { id, token } = await makeAccount(new OperatorApi(gateway, this.secrets.operatorToken), gateway, name);
    return { id, token, users: [] };
  }

  /** Asks a service's API for operators, and waits as long as a rebuild may take. */
  operate<T>(service: ServiceName, method: string, path: string): Promise<T> {
    return new OperatorApi(this.urlOf(service), this.secrets.operatorToken, 30 * 60_000).call<T>(method, path);
  }

  private async start(): Promise<void> {
    const { services, log, profile, say } = this.options;
    await this.postgres.start(() => say('Postgres ended by itself'));
    await ensureDatabases(this.postgres.url, this.secrets.rolePassword);
    const superuser = await this.connect('postgres');
    await superuser.query('create database bench_reference');
    const place = placeHere(this.postgres.url, log, this.ports);
    const root = fileURLToPath(new URL('../../../..', import.meta.url));
    for (const name of services) {
      const profiling = profile !== undefined && name === 'scim-gateway';
      const child = new Child({
        name,
        program: join(root, 'apps', name, 'dist', 'main.js'),
        port: this.ports[name],
        dataDir: this.dataDir,
        environment: {
          PATH: process.env['PATH'] ?? '',
          ...(profiling && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }),
          ...environmentOf(name, place, this.secrets),
          ...withoutLimits,
        },
        onStarted: () => undefined,
        say,
      });
      this.children.set(name, child);
      child.start();
      await child.ready();
    }
    say(`Running: Postgres, ${services.join(', ')}, the load${log ? `; the log is ${log}` : ''}`);
    await pause(1_000);
  }

  private async stop(): Promise<void> {
    await this.load.stop();
    await Promise.all([...this.children.values()].map((child) => child.stop()));
    await Promise.all(this.clients.map((client) => client.end().catch(() => undefined)));
    await this.postgres.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
