import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../operator-api.js';
import { Postgres } from '../postgres.js';
import { isOurs } from '../processes.js';
import { loadSecrets } from '../secrets.js';

/** @returns the superuser's address of the Postgres that runs on this data. @throws OperatorError when none does. */
export async function runningServer(dataDir: string): Promise<string> {
  const data = join(dataDir, 'postgres');
  const file = join(data, 'postmaster.pid');
  const [pid, , , port] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  if (!isOurs(Number(pid ?? 0), data) || !port) {
    throw new OperatorError(
      `No system runs on ${dataDir}: a backup is taken from a running one. Start it with npm start, or name another with --system`,
    );
  }
  return (await Postgres.open(dataDir, Number(port), loadSecrets(dataDir).postgresPassword)).url;
}
