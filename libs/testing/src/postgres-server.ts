import { fork } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';

export type Server = { address: string; stop(): Promise<void> };

const keeper = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url.replace('/dist/', '/src/')));

/**
 * Starts a real Postgres in a temporary folder for this process; it ends with it, however that ends. The superuser is `postgres`.
 * @throws with what the server said when it does not start.
 */
export async function startPostgres(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'bitabiz-postgres-'));
  // Run by root, the server may have to change to another user, who cannot enter a folder of mkdtemp's mode 0700.
  await chmod(folder, 0o755);
  const port = await freePort();
  const child = fork(keeper, [folder, String(port)], { silent: true });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
    // After the start only its death has something to say.
    if (started) process.stderr.write(text);
  });
  let started = false;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    new Promise<void>((resolve) => child.once('message', () => resolve(void (started = true)))),
    ended.then(() => Promise.reject(new Error(`Postgres did not start: ${said.trim()}`))),
  ]);
  return {
    address: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
