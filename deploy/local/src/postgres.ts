import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { CannotStart } from './options.js';
import { findBinaries, runnerFor, type Binaries, type Runner } from './postgres-binaries.js';
import { end, isOurs } from './processes.js';

const patienceMs = 60_000;

/** The embedded Postgres: its data under `<data-dir>/postgres`, its words in `<data-dir>/logs/postgres.log`. */
export class Postgres {
  private child: ChildProcess | undefined;
  private stopping = false;
  private readonly data: string;

  private constructor(
    private readonly dataDir: string,
    private readonly port: number,
    private readonly password: string,
    private readonly binaries: Binaries,
    private readonly runner: Runner,
  ) {
    this.data = join(dataDir, 'postgres');
  }

  static async open(dataDir: string, port: number, password: string): Promise<Postgres> {
    const binaries = await findBinaries();
    return new Postgres(dataDir, port, password, binaries, runnerFor(dataDir));
  }

  /** The superuser's address. */
  get url(): string {
    return `postgres://postgres:${this.password}@127.0.0.1:${this.port}/postgres`;
  }

  /** Of the postmaster, while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Ends a server that an earlier supervisor left behind on this data. */
  async endLeftover(): Promise<boolean> {
    const file = join(this.data, 'postmaster.pid');
    if (!existsSync(file)) return false;
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    if (!isOurs(pid, this.data)) return false;
    await end(pid, 'SIGINT', 30_000);
    return true;
  }

  /**
   * Makes the cluster once, starts the server and waits until it answers.
   * @param onDeath hears of an end that nobody asked for, once it has answered.
   * @throws CannotStart when it ends before it answers, or does not answer; then `onDeath` hears nothing.
   */
  async start(onDeath: () => void): Promise<void> {
    if (!existsSync(join(this.data, 'PG_VERSION'))) this.initialise();
    mkdirSync(join(this.dataDir, 'logs'), { recursive: true });
    const log = openSync(join(this.dataDir, 'logs', 'postgres.log'), 'a');
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      'wal_compression=on',
    ];
    const args = ['-D', this.data, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])];
    const [command, all] = this.runner.command(this.binaries.postgres, args);
    const child = spawn(command, all, {
      ...this.runner.options,
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    let answered = false;
    child.once('exit', () => {
      if (this.child !== child) return;
      this.child = undefined;
      if (answered && !this.stopping) onDeath();
    });
    const deadline = Date.now() + patienceMs;
    while (this.child === child && !(await this.answers())) {
      if (Date.now() > deadline && child.pid !== undefined) await end(child.pid, 'SIGINT', 30_000);
      else await pause(100);
    }
    if (this.child !== child) {
      const words = join(this.dataDir, 'logs', 'postgres.log');
      throw new CannotStart(`Postgres did not start; its last words are in ${words}`);
    }
    answered = true;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child?.pid !== undefined) await end(this.child.pid, 'SIGINT', 30_000);
  }

  /** Beside and then in place: an initdb that was killed half-way leaves nothing that looks finished. */
  private initialise(): void {
    const beside = `${this.data}.new`;
    rmSync(beside, { recursive: true, force: true });
    const passwordFile = join(this.dataDir, 'initdb.pw');
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    const { uid, gid } = this.runner.options;
    if (uid !== undefined && gid !== undefined) chownSync(passwordFile, uid, gid);
    const args = [
      '-D',
      beside,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
    ];
    const [command, all] = this.runner.command(this.binaries.initdb, args);
    const { status, stderr } = spawnSync(command, all, { ...this.runner.options, cwd: '/', encoding: 'utf8' });
    rmSync(passwordFile, { force: true });
    if (status !== 0) throw new CannotStart(`The database could not be made:\n${stderr}`);
    renameSync(beside, this.data);
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
