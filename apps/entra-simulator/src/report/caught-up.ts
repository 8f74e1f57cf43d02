import { setTimeout as pause } from 'node:timers/promises';
import type { Directory } from '../directory/directory.js';
import { lagOf, type Shown } from './lag.js';
import type { Reader } from './reader.js';
import { CannotRun } from './system.js';

const patienceMs = 120_000;

/** Waits until every service shows what the tenant holds. @returns what they show. @throws CannotRun with what is missing, after two minutes. */
export async function caughtUp(reader: Reader, directory: Directory): Promise<Shown> {
  const deadline = Date.now() + patienceMs;
  for (let ms = 100; ; ms = Math.min(ms * 2, 1_000)) {
    const shown = {
      active: await reader.employees('active'),
      inactive: await reader.employees('inactive'),
      identities: await reader.identities(),
      approvals: await reader.approvals(),
    };
    const lag = lagOf(shown, directory);
    if (lag === undefined) return shown;
    if (Date.now() > deadline) throw new CannotRun(`The services have not caught up in two minutes: ${lag}`);
    await pause(ms);
  }
}
