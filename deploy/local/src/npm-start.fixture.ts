import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@bitabiz/testing/until';
import { expect } from 'vitest';
import type { StartFile } from './start-file.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A command as a person runs it: what it has said so far, and how it ended. */
export type Started = { child: ChildProcess; said: () => string; exited: Promise<number | null> };

/** Runs the repository's npm commands on data folders of their own, below one that is 0700 as root's own folders are. */
export class Terminal {
  readonly folder = mkdtempSync(join(tmpdir(), 'bitabiz-start-'));
  private readonly running = new Set<Started>();

  npm(...args: string[]): Started {
    const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const started = { child, said: () => text, exited: once(child, 'exit').then(([code]) => code as number | null) };
    this.running.add(started);
    void started.exited.then(() => this.running.delete(started));
    return started;
  }

  start(dataDir: string, port: number, ...more: string[]): Started {
    return this.npm('start', '--', '--data-dir', join(this.folder, dataDir), '--port', String(port), ...more);
  }

  fileOf(dataDir: string): StartFile {
    return JSON.parse(readFileSync(join(this.folder, dataDir, 'start.json'), 'utf8')) as StartFile;
  }

  /** Ends what a test left running. */
  async endAll(): Promise<void> {
    for (const { child, exited } of this.running) {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await exited;
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until the system is up. @throws with what it said when it ended instead. */
export async function isUp(started: Started): Promise<void> {
  const up = until(() => started.said().includes('Everything is running'), { deadlineMs: 120_000 });
  const ended = started.exited.then(() => Promise.reject(new Error('npm start ended')));
  await Promise.race([up, ended]).catch((error: Error) => {
    throw new Error(`${error.message}\n${started.said()}`);
  });
}

export async function stop(started: Started): Promise<void> {
  started.child.kill('SIGTERM');
  expect(await started.exited).toBe(0);
}
