import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CannotStart, urlOf, type ServiceName } from './options.js';
import { end } from './processes.js';

export type ChildOptions = {
  name: ServiceName;
  program: string;
  port: number;
  dataDir: string;
  environment: Record<string, string>;
  /** A process was started, again or for the first time. */
  onStarted: () => void;
  say: (line: string) => void;
  /** Milliseconds; how long a service that dies again and again waits at most before its next start. */
  longestPauseMs?: number;
};

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A process that lived this long was healthy: pauses begin small again. */
const healthyMs = 60_000;
const patienceMs = 120_000;

/** One service as a child process: started again with growing pauses when it dies, ended in order when the supervisor stops. */
export class Child {
  private child: ChildProcess | undefined;
  private stopping = false;
  private pauseMs = firstPauseMs;

  constructor(private readonly options: ChildOptions) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get url(): string {
    return urlOf(this.options.port);
  }

  start(): void {
    if (this.stopping) return;
    const { name, program, dataDir, environment, say } = this.options;
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    const log = openSync(join(dataDir, 'logs', `${name}.log`), 'a');
    // A process group of its own, so that Ctrl-C comes once, from here; the channel's end tells it that the supervisor is gone.
    const child = spawn(process.execPath, [program], {
      env: environment,
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child = child;
    const started = Date.now();
    child.once('exit', (code, signal) => {
      if (this.child === child) this.child = undefined;
      if (this.stopping) return;
      if (Date.now() - started > healthyMs) this.pauseMs = firstPauseMs;
      const why = signal ? `was ended by ${signal}` : `ended with status ${code}`;
      say(
        `${name} ${why}; it is started again in ${this.pauseMs / 1000} s (its log: ${join(dataDir, 'logs', `${name}.log`)})`,
      );
      setTimeout(() => this.start(), this.pauseMs).unref();
      this.pauseMs = Math.min(this.pauseMs * 2, this.options.longestPauseMs ?? longestPauseMs);
    });
    this.options.onStarted();
  }

  /** Waits until the service says that it is ready. @throws CannotStart after two minutes, naming the log. */
  async ready(): Promise<void> {
    const { name, dataDir } = this.options;
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline && !this.stopping) {
      const response = await fetch(`${this.url}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      if (response?.ok) return;
      await pause(100);
    }
    if (!this.stopping)
      throw new CannotStart(`${name} is not ready; its log says why: ${join(dataDir, 'logs', `${name}.log`)}`);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child?.pid !== undefined) await end(this.child.pid, 'SIGTERM', 15_000);
  }
}
