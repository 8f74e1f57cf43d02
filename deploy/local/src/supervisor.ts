import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeAccount } from './accounts.js';
import { Child } from './child.js';
import { ensureDatabases } from './databases.js';
import { environmentOf, placeHere } from './environment.js';
import { claimDataDir, endLeftovers } from './leftovers.js';
import { OperatorApi } from './operator-api.js';
import { portsOf, serviceNames, urlOf, type Options } from './options.js';
import { requireFreePorts } from './ports.js';
import { Postgres } from './postgres.js';
import { loadSecrets, type Secrets } from './secrets.js';
import { changeStartFile, readStartFile, startFileOf, type StartedAccount, type StartFile } from './start-file.js';

const firstAccounts = ['Nordlys A/S', 'Sydhavn ApS'];

/** The whole system on one machine: Postgres, the log, every service, two accounts (decision 14, "Running it"). */
export class Supervisor {
  private children: Child[] = [];
  private postgres: Postgres | undefined;
  private stopping = false;
  private ready = false;
  private release: (() => void) | undefined;

  constructor(
    private readonly options: Options,
    private readonly say: (line: string) => void,
  ) {}

  /** @returns what start.json says once everything is ready. @throws CannotStart with a sentence for the person at the terminal. */
  async start(): Promise<StartFile> {
    const { dataDir, port } = this.options;
    const secrets = loadSecrets(dataDir);
    this.release = claimDataDir(dataDir);
    const ports = portsOf(port);
    this.postgres = await Postgres.open(dataDir, ports.postgres, secrets.postgresPassword);
    if (await endLeftovers(dataDir)) this.say('Services that an earlier start left behind were ended');
    if (await this.postgres.endLeftover()) this.say('A Postgres that an earlier start left behind was ended');
    await requireFreePorts(ports);
    this.say('Starting Postgres …');
    await this.postgres.start(() => void this.restartPostgres());
    await ensureDatabases(this.postgres.url, secrets.rolePassword);
    this.say(`Starting the services (event log on ${this.options.log ?? 'Postgres'}) …`);
    await this.startServices(this.postgres.url, secrets);
    return this.ensureAccounts(secrets);
  }

  /** In order: services first, so that they finish their requests, then Postgres. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.children.map((child) => child.stop()));
    await this.postgres?.stop();
    this.release?.();
  }

  private async startServices(server: string, secrets: Secrets): Promise<void> {
    const ports = portsOf(this.options.port);
    const place = placeHere(server, this.options.log, ports);
    this.children = serviceNames.map(
      (name) =>
        new Child({
          name,
          program: join(this.options.root, 'apps', name, 'dist', 'main.js'),
          port: ports[name],
          dataDir: this.options.dataDir,
          environment: { PATH: process.env['PATH'] ?? '', ...environmentOf(name, place, secrets) },
          onStarted: () => void this.noteServices(),
          say: this.say,
        }),
    );
    const [gateway, ...others] = this.children;
    gateway?.start();
    await gateway?.ready();
    for (const child of others) child.start();
    await Promise.all(others.map((child) => child.ready()));
  }

  /** start.json is written when everything is ready, and kept current from then on. */
  private async noteServices(): Promise<void> {
    if (!this.ready || this.stopping || this.children.some((child) => child.pid === undefined)) return;
    await changeStartFile(startFileOf(this.options.dataDir), (content) => ({ ...content, services: this.services() }));
  }

  private services(): StartFile['services'] {
    const ofChild = ({ url, pid }: Child) => ({ url, pid: pid ?? 0 });
    return Object.fromEntries(this.children.map((child, index) => [serviceNames[index], ofChild(child)]));
  }

  /**
   * Two accounts to begin with; their tokens are known only when they are made, so start.json keeps them. Where a backup was restored
   * into a fresh folder, the accounts are there and their tokens are with those who use them.
   */
  private async ensureAccounts({ operatorToken }: Secrets): Promise<StartFile> {
    const file = startFileOf(this.options.dataDir);
    const gateway = urlOf(portsOf(this.options.port)['scim-gateway']);
    const api = new OperatorApi(gateway, operatorToken);
    const started = readStartFile(file);
    const known = started?.accounts.length ?? (await api.list()).length;
    const made: StartedAccount[] = [];
    for (const name of firstAccounts.slice(known)) made.push(await makeAccount(api, gateway, name));
    this.ready = true;
    return changeStartFile(file, ({ accounts }) => ({
      accounts: [...accounts, ...made].map((account) => ({ ...account, scimEndpoint: `${gateway}/scim/v2` })),
      services: this.services(),
      operatorToken,
    }));
  }

  /** Postgres died by itself: the services wait and say that they are not ready; it is started again with growing pauses. */
  private async restartPostgres(): Promise<void> {
    for (let ms = 1_000; !this.stopping; ms = Math.min(ms * 2, 30_000)) {
      this.say(`Postgres ended by itself; it is started again in ${ms / 1000} s`);
      await pause(ms);
      if (this.stopping) return;
      try {
        await this.postgres?.start(() => void this.restartPostgres());
        this.say('Postgres is back');
        return;
      } catch (error) {
        this.say((error as Error).message);
      }
    }
  }
}
