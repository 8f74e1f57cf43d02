import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../operator-api.js';
import { loadSecrets } from '../secrets.js';
import { sentence } from './command.js';
import { newDataKey } from './data-key.js';
import { newBackup, rowsOf, writeManifest, type Content } from './manifest.js';
import { backedUp, keysDatabase, type BackedUp } from './order.js';
import { runningServer } from './running.js';
import { Snapshot } from './snapshot.js';
import { fingerprintsOf } from './wrapping-keys.js';

export type BackupOptions = {
  dataDir: string;
  /** Where the data goes, and where the employees' keys go; neither exists yet. */
  to: string;
  keysTo: string;
  signal: AbortSignal;
  say: (line: string) => void;
};

type Contents = Partial<Record<BackedUp, Content>>;
const partOf = (folder: string) => `${folder}.part`;

/**
 * Copies every database of the running system. All snapshots are opened first, within moments of each other and in the order of
 * `backedUp`. The folders get their names at the end, the data's last: one that has its name is whole.
 * @throws OperatorError when no system runs or a folder is there already.
 */
export async function backup({ dataDir, to, keysTo, signal, say }: BackupOptions): Promise<void> {
  const server = await runningServer(dataDir);
  for (const folder of [to, keysTo, partOf(to), partOf(keysTo)]) {
    if (existsSync(folder)) throw new OperatorError(`${folder} is there already: name another folder, or remove it`);
  }
  const snapshots: Snapshot[] = [];
  const close = () => Promise.all(snapshots.map((snapshot) => snapshot.close()));
  try {
    signal.addEventListener('abort', close);
    for (const folder of [to, keysTo]) makePart(folder);
    const about = newBackup(new Date());
    const secrets = loadSecrets(dataDir);
    const dataKey = newDataKey(about.id, secrets.wrappingKeys);
    for (const database of backedUp) snapshots.push(await Snapshot.open(server, database));
    const [data, keys]: [Contents, Contents] = [{}, {}];
    let wrappingKeys: string[] = [];
    for (const snapshot of snapshots) {
      const { database } = snapshot;
      const apart = database === keysDatabase;
      if (apart) wrappingKeys = await snapshot.wrappingKeyIds();
      const began = performance.now();
      const folder = partOf(apart ? keysTo : to);
      const content = await snapshot.copyTo({ folder, id: about.id, key: dataKey.key, signal });
      (apart ? keys : data)[database] = content;
      await snapshot.close();
      say(`${database.padEnd(20)} ${rowsOf(content)} rows in ${seconds(began)} s`);
    }
    const known = fingerprintsOf(secrets.wrappingKeys);
    const needed = Object.fromEntries(wrappingKeys.map((id) => [id, known[id] ?? '']));
    writeManifest(partOf(keysTo), { ...about, databases: keys, dataKey: dataKey.wrapped, wrappingKeys: needed });
    writeManifest(partOf(to), { ...about, databases: data });
    signal.throwIfAborted();
    for (const folder of [keysTo, to]) renameSync(partOf(folder), folder);
  } catch (error) {
    for (const folder of [to, keysTo]) rmSync(partOf(folder), { recursive: true, force: true });
    throw sentence('The backup was broken off', error, 'Nothing is left of it: see to the reason and run it again');
  } finally {
    signal.removeEventListener('abort', close);
    await close();
  }
}

function makePart(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  mkdirSync(partOf(folder), { mode: 0o700 });
}

export const seconds = (began: number) => ((performance.now() - began) / 1000).toFixed(1);
