import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { environmentOf } from '../environment.js';
import { OperatorError } from '../operator-api.js';
import { urlOf, type ServiceName } from '../options.js';
import type { Secrets } from '../secrets.js';

export type Services = {
  /** The repository's root. */
  root: string;
  secrets: Secrets;
  signal: AbortSignal;
};

/** No service opens a port or reaches another one while it only migrates. */
const nowhere = { log: undefined, host: '127.0.0.1', portOf: () => 1, urlOf: () => urlOf(1) };

/** Which migrations this version's services know, by database; no database is touched. */
export async function knownMigrations(services: Services, names: ServiceName[]): Promise<Record<string, string[]>> {
  const answers = await Promise.all(names.map((name) => run(services, name, 'postgres://127.0.0.1:1/', 'list')));
  return Object.assign({}, ...answers.map((answer) => JSON.parse(answer) as object)) as Record<string, string[]>;
}

/** Brings the services' databases up to date, as their next start would. */
export async function migrateServices(services: Services, names: ServiceName[], server: string): Promise<void> {
  await Promise.all(names.map((name) => run(services, name, server, '1')));
}

async function run({ root, secrets, signal }: Services, name: ServiceName, server: string, mode: string) {
  const environment = environmentOf(name, { ...nowhere, server }, secrets);
  const child = spawn(process.execPath, [join(root, 'apps', name, 'dist', 'main.js')], {
    env: { PATH: process.env['PATH'] ?? '', ...environment, MIGRATE_ONLY: mode },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new OperatorError(complaint.trim() || `${name} ended with status ${String(code)}`);
  return said;
}
