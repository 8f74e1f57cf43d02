import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process is the one that is meant: a pid may be used again by something else. */
export function isOurs(pid: number, part: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(part);
  } catch {
    return process.platform !== 'linux';
  }
}

/** Asks a process to end, waits, and ends it by force after `patienceMs`. */
export async function end(pid: number, signal: NodeJS.Signals, patienceMs = 10_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  try {
    process.kill(pid, signal);
    while (isAlive(pid) && Date.now() < deadline) await pause(50);
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await pause(50);
  } catch {
    // It ended by itself meanwhile.
  }
}
