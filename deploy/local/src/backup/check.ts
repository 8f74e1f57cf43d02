import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireUnclaimed } from '../leftovers.js';
import { OperatorError } from '../operator-api.js';
import { loadSecrets } from '../secrets.js';
import { openDataKey } from './data-key.js';
import { knownMigrations, type Services } from './known-migrations.js';
import { readManifest, requireSameSchema, rowsOf, type Content } from './manifest.js';
import { backedUp, keysDatabase, serviceOf, type BackedUp } from './order.js';
import { requireUnchanged } from './sealed-file.js';
import { requireWrappingKeys } from './wrapping-keys.js';

export type RestoreOptions = {
  root: string;
  dataDir: string;
  from: string;
  keysFrom: string;
  /** Only these databases; empty: all. */
  only: string[];
  signal: AbortSignal;
  say: (line: string) => void;
};

/** One database of the backup: the folder in which its files are, and what opens them. */
export type Part = { database: BackedUp; content: Content; folder: string; id: string; key: KeyObject };
export type Plan = { takenAt: string; parts: Part[]; services: Services; fresh: boolean };

/**
 * Everything that can be known before something is changed.
 * @throws OperatorError or CannotStart with the first reason not to restore.
 */
export async function checkRestore(options: RestoreOptions): Promise<Plan> {
  const { root, dataDir, signal, say } = options;
  requireUnclaimed(dataDir);
  if (!existsSync(join(dataDir, 'secrets.json'))) {
    throw new OperatorError(
      `${join(dataDir, 'secrets.json')} is missing: put the secrets.json of the system that was backed up there; without it the backup cannot be read`,
    );
  }
  const fresh = !existsSync(join(dataDir, 'postgres'));
  const wanted = namesOf(options.only);
  if (fresh && wanted.length < backedUp.length) {
    throw new OperatorError(`There is no data in ${dataDir} yet: restore everything first, without --only`);
  }
  const secrets = loadSecrets(dataDir);
  const { takenAt, parts } = partsOf(options, wanted, secrets.wrappingKeys);
  for (const part of parts) {
    for (const table of part.content.tables) await requireUnchanged(join(part.folder, table.file), table, signal);
    say(`${part.database.padEnd(20)} ${rowsOf(part.content)} rows, every file as it was written`);
  }
  const services = { root, secrets, signal };
  const known = await knownMigrations(services, servicesOf(parts));
  for (const { database, content } of parts) requireSameSchema(database, content, known[database] ?? []);
  return { takenAt, parts, services, fresh };
}

export const servicesOf = (parts: Part[]) => [...new Set(parts.map(({ database }) => serviceOf(database)))];

function namesOf(only: string[]): BackedUp[] {
  const unknown = only.find((name) => !backedUp.some((each) => each === name));
  if (unknown !== undefined)
    throw new OperatorError(`There is no database ${unknown}: choose of ${backedUp.join(', ')}`);
  return backedUp.filter((name) => only.length === 0 || only.includes(name));
}

/** The data's folder and the keys', of one backup: the key that every file is sealed with lies beside the employees' keys. */
function partsOf({ from, keysFrom }: RestoreOptions, wanted: BackedUp[], wrappingKeys: string) {
  const data = readManifest(from);
  if (!existsSync(keysFrom)) {
    throw new OperatorError(
      `The keys of this backup are not in ${keysFrom}: name their folder with --keys-from; without them nobody can read the backup`,
    );
  }
  const keys = readManifest(keysFrom);
  if (keys.id !== data.id || !keys.dataKey)
    throw new OperatorError(`${keysFrom} belongs to another backup than ${from}`);
  const key = openDataKey(keys.id, keys.dataKey, wrappingKeys);
  if (wanted.includes(keysDatabase)) requireWrappingKeys(keys.wrappingKeys ?? {}, wrappingKeys);
  const parts = wanted.map((database): Part => {
    const [folder, { databases }] = database === keysDatabase ? [keysFrom, keys] : [from, data];
    const content = databases[database];
    if (content) return { database, content, folder, id: data.id, key };
    throw new OperatorError(`The backup in ${folder} has no database ${database}: leave it out with --only`);
  });
  return { takenAt: data.takenAt, parts };
}
