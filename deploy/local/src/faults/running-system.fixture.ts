import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freeBlock } from '@bitabiz/testing/free-port';
import { TcpProxy } from '@bitabiz/testing/tcp-proxy';
import { until } from '@bitabiz/testing/until';
import { expect } from 'vitest';
import { makeAccount } from '../accounts.js';
import { Child } from '../child.js';
import { ensureDatabases } from '../databases.js';
import { environmentOf, placeHere, withoutLimits } from '../environment.js';
import { OperatorApi } from '../operator-api.js';
import { portsOf, serviceNames, type ServiceName } from '../options.js';
import { Postgres } from '../postgres.js';
import { loadSecrets, writePrivate, type Secrets } from '../secrets.js';
import { startFileOf, type StartedAccount } from '../start-file.js';
import { Broker } from './broker.fixture.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
export type Part = { name: string; service: ServiceName; child: Child };

/** The whole system with two gateways, every process of which a test may kill. What dies is started again, as by `npm start`. */
export class RunningSystem {
  readonly parts: Part[] = [];
  readonly accounts: StartedAccount[] = [];
  broker: Broker | undefined;
  /** Between the services and Postgres. */
  proxy!: TcpProxy;
  private postgres!: Postgres;
  private stopping = false;

  private constructor(
    readonly folder: string,
    private readonly secrets: Secrets,
    private readonly first: number,
  ) {}

  static async start(log: 'postgres' | 'kafka', accounts = 2): Promise<RunningSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'bitabiz-faults-'));
    const system = new RunningSystem(folder, loadSecrets(folder), await freeBlock(20));
    const ports = portsOf(system.first);
    system.postgres = await Postgres.open(folder, ports.postgres, system.secrets.postgresPassword);
    if (log === 'kafka') system.broker = await Broker.start(join(folder, 'kafka'));
    await system.startPostgres();
    system.proxy = await TcpProxy.open(system.postgres.url);
    await ensureDatabases(system.postgres.url, system.secrets.rolePassword);
    await system.startServices();
    for (let n = 0; n < accounts; n++)
      system.accounts.push(await makeAccount(system.api, system.gateways[0] ?? '', `Account ${n}`));
    system.note();
    return system;
  }

  get api(): OperatorApi {
    return new OperatorApi(this.gateways[0] ?? '', this.secrets.operatorToken);
  }

  /** The addresses of both replicas. */
  get gateways(): string[] {
    return this.parts.filter(({ service }) => service === 'scim-gateway').map(({ child }) => child.url);
  }

  get startFile(): string {
    return startFileOf(this.folder);
  }

  /** The superuser's address. */
  get postgresUrl(): string {
    return this.postgres.url;
  }

  /** kill -9 of Postgres' postmaster. */
  killPostgres(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.postgres.pid !== undefined) process.kill(this.postgres.pid, signal);
  }

  operator<T>(url: string, path: string, method = 'GET'): Promise<T> {
    return new OperatorApi(url, this.secrets.operatorToken, 120_000).call<T>(method, `/operator/${path}`);
  }

  async allReady(): Promise<void> {
    for (const { child } of this.parts) await child.ready();
  }

  /** What `npm run verify` asks, of every service; retried while a service is still catching up. */
  async expectNoDifferences(): Promise<void> {
    await this.allReady();
    await until(
      async () => {
        for (const { name, child } of this.parts) {
          const {
            accounts: _,
            events: __,
            ...found
          } = await this.operator<object>(child.url, 'verify', 'POST').then(
            (report) => report as { accounts: number; events: number },
          );
          expect({ name, ...nothing, ...found }).toEqual({ name, ...nothing });
        }
        return true;
      },
      { deadlineMs: 120_000, everyMs: 1_000 },
    );
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.parts.map(({ child }) => child.stop()));
    await this.proxy.close();
    await this.postgres.stop();
    await this.broker?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As the supervisor does, again and again: a query of the old server that runs on without its postmaster holds the memory until its end. */
  private async startPostgres(): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (!this.stopping) {
      try {
        return await this.postgres.start(() => void this.startPostgres());
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(300);
      }
    }
  }

  private async startServices(): Promise<void> {
    const ports = portsOf(this.first);
    const place = placeHere(this.proxy.through(this.postgres.url), this.broker?.url, ports);
    const add = (name: string, service: ServiceName, port: number) => {
      const given = { ...environmentOf(service, place, this.secrets), ...withoutLimits };
      const environment = { PATH: '', ...given, PORT: String(port) };
      const program = join(root, 'apps', service, 'dist', 'main.js');
      const quiet = { onStarted: () => undefined, say: () => undefined, longestPauseMs: 1_000 };
      const child = new Child({ name: service, program, port, dataDir: this.folder, environment, ...quiet });
      this.parts.push({ name, service, child });
      child.start();
      return child.ready();
    };
    await add('scim-gateway', 'scim-gateway', ports['scim-gateway']);
    await add('scim-gateway 2', 'scim-gateway', this.first + 11);
    await Promise.all(serviceNames.slice(1).map((service) => add(service, service, ports[service])));
  }

  /** So that the demo and verify find it. */
  private note(): void {
    const services = this.parts.filter(({ name, service }) => name === service);
    writePrivate(this.startFile, {
      accounts: this.accounts,
      services: Object.fromEntries(services.map(({ service, child }) => [service, { url: child.url, pid: child.pid }])),
      operatorToken: this.secrets.operatorToken,
    });
  }
}

const nothing = { differences: [], behind: [], derived: [], parked: 0 };
