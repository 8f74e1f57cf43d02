import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotStart } from './options.js';
import { end, isOurs } from './processes.js';
import { readStartFile, startFileOf } from './start-file.js';

const claimOf = (dataDir: string) => join(dataDir, 'supervisor.pid');

/** @throws CannotStart when the system runs on the data folder, or a restore does. */
export function requireUnclaimed(dataDir: string): void {
  const file = claimOf(dataDir);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (pid <= 0 || pid === process.pid) return;
  if (isOurs(pid, 'start.mjs')) {
    throw new CannotStart(
      `The system already runs on ${dataDir} (process ${pid}): stop it first, or choose another --data-dir and --port`,
    );
  }
  if (isOurs(pid, 'restore-cli.js')) {
    throw new CannotStart(`A backup is being restored into ${dataDir} (process ${pid}): wait until it has ended`);
  }
}

/**
 * One supervisor or restore per data folder. @returns what gives the folder back.
 * @throws CannotStart when another one runs on it.
 */
export function claimDataDir(dataDir: string): () => void {
  requireUnclaimed(dataDir);
  writeFileSync(claimOf(dataDir), String(process.pid));
  return () => rmSync(claimOf(dataDir), { force: true });
}

/** Services end by themselves when their supervisor is gone; one that hangs is ended here. @returns whether there was one. */
export async function endLeftovers(dataDir: string): Promise<boolean> {
  const services = Object.entries(readStartFile(startFileOf(dataDir))?.services ?? {});
  const left = services.filter(([name, { pid }]) => pid > 0 && isOurs(pid, join(name, 'dist', 'main.js')));
  await Promise.all(left.map(([, { pid }]) => end(pid, 'SIGTERM', 15_000)));
  return left.length > 0;
}
