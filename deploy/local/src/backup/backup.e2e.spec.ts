import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeBlock } from '@bitabiz/testing/free-port';
import { until } from '@bitabiz/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUp, stop, Terminal, type Started } from '../npm-start.fixture.js';
import type { StartedAccount } from '../start-file.js';
import { connect } from './catalog.js';
import { readManifest, writeManifest } from './manifest.js';
import { runningServer } from './running.js';
import { createUser, missing, Writers, type Written } from './writers.fixture.js';

const terminal = new Terminal();
const at = (...path: string[]) => join(terminal.folder, ...path);
const systemOf = (dataDir: string) => ['--system', at(dataDir, 'start.json')];
let port: number;
let system: Started | undefined;
let accounts: StartedAccount[];
let before: Written[];
let keys: number;

beforeAll(async () => {
  port = await freeBlock(10);
});
afterAll(async () => {
  await terminal.endAll();
  terminal.remove();
});

async function start(dataDir: string): Promise<void> {
  system = terminal.start(dataDir, port);
  await isUp(system);
}
async function stopSystem(): Promise<void> {
  if (system) await stop(system);
}
const restore = (dataDir: string, ...more: string[]) =>
  terminal.npm('run', 'restore', '--', ...systemOf(dataDir), '--from', at('backup'), ...more);

async function succeeds(command: Started): Promise<string> {
  expect(await command.exited, command.said()).toBe(0);
  return command.said();
}
async function isRefused(command: Started, sentence: RegExp): Promise<void> {
  expect(await command.exited, command.said()).toBe(1);
  expect(command.said()).toMatch(sentence);
  expect(command.said()).not.toMatch(/^\s+at /m);
}
/** A backup like ours in which something is wrong. */
function copyOf(name: string): string {
  for (const folder of ['', '-keys']) cpSync(at(`backup${folder}`), at(`${name}${folder}`), { recursive: true });
  return at(name);
}
async function numberOf(dataDir: string, database: string, sql: string): Promise<number> {
  const client = await connect(await runningServer(at(dataDir)), database);
  const { rows } = await client.query<{ n: number }>(`select (${sql})::int as n`);
  await client.end();
  return rows[0]?.n ?? 0;
}
const incarnation = (dataDir: string, database: string) =>
  numberOf(dataDir, database, 'select max(incarnation) from store.incarnations');
const keysOf = (dataDir: string) => numberOf(dataDir, 'scim_gateway_keys', 'select count(*) from keys.employee_keys');
const isVerified = async (dataDir: string) =>
  expect(await succeeds(terminal.npm('run', 'verify', '--', ...systemOf(dataDir)))).toMatch(/^0 differences$/m);

describe('a backup', () => {
  it('is taken while the system goes on changing, readable by its owner only, without secrets.json', async () => {
    await start('one');
    ({ accounts } = terminal.fileOf('one'));
    const writers = new Writers(accounts);
    await until(() => writers.acknowledged.length >= 20, { deadlineMs: 30_000 });
    before = [...writers.acknowledged];
    const backup = terminal.npm('run', 'backup', '--', ...systemOf('one'), '--to', at('backup'));
    const said = await succeeds(backup);
    expect(writers.acknowledged.length).toBeGreaterThan(before.length);
    await writers.stop();
    keys = await keysOf('one');
    expect(writers.refused).toEqual([]);
    expect(said).toContain('npm run restore -- --from');
    expect(said).toContain('Keep secrets.json by itself');
    expect(Object.keys(readManifest(at('backup')).databases)).toEqual(
      expect.not.arrayContaining(['scim_gateway_keys']),
    );
    expect(Object.keys(readManifest(at('backup-keys')).databases)).toEqual(['scim_gateway_keys']);
    expect([statSync(at('backup')).mode & 0o777, statSync(at('backup', 'manifest.json')).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    expect([existsSync(at('backup', 'secrets.json')), existsSync(at('backup.part'))]).toEqual([false, false]);
  });

  it('is never written over another one, and needs a running system', async () => {
    const backup = (dataDir: string, to: string) =>
      terminal.npm('run', 'backup', '--', ...systemOf(dataDir), '--to', at(to));
    await Promise.all([
      isRefused(backup('one', 'backup'), /backup is there already: name another folder/),
      isRefused(backup('nowhere', 'never'), /No system runs on .*nowhere: a backup is taken from a running one/),
    ]);
  });
});

describe('a restore', () => {
  it('is refused while the system runs', async () => {
    await isRefused(restore('one', '--yes'), /already runs on .*one .*stop it first/);
    await stopSystem();
  });

  it('changes nothing with --dry-run, and asks before it does without --yes', async () => {
    const [dryRun, asking] = [restore('one', '--only', 'sso', '--dry-run'), restore('one')];
    expect(await succeeds(dryRun)).toMatch(/Nothing was changed \(--dry-run\)/);
    await isRefused(asking, /add --yes/);
  });

  it('is refused when a file was changed, and when the backup is newer than this version', async () => {
    const changed = copyOf('changed');
    const file = join(changed, 'scim_gateway', 'store.events.copy.gz.sealed');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(~(bytes[20] ?? 0), 20, 21));
    const newer = copyOf('newer');
    const manifest = readManifest(newer);
    manifest.databases.sso?.migrations.push('of tomorrow');
    writeManifest(newer, manifest);
    const [first, second] = [
      restore('one', '--from', changed, '--yes'),
      restore('one', '--from', newer, '--only', 'sso', '--yes'),
    ];
    await isRefused(first, /store\.events\.copy\.gz\.sealed is not as it was written/);
    await isRefused(second, /sso has the migration "of tomorrow".*newer version/);
  });

  it('is refused when the keys are missing or of another backup, and when secrets.json is missing or another', async () => {
    const other = copyOf('other');
    writeManifest(`${other}-keys`, { ...readManifest(`${other}-keys`), id: crypto.randomUUID() });
    mkdirSync(at('stranger'));
    const secrets = JSON.parse(readFileSync(at('one', 'secrets.json'), 'utf8')) as object;
    const wrappingKeys = `w1:${Buffer.alloc(32).toString('base64')}`;
    writeFileSync(at('stranger', 'secrets.json'), JSON.stringify({ ...secrets, wrappingKeys }));
    await Promise.all([
      isRefused(restore('one', '--keys-from', at('nowhere'), '--yes'), /keys of this backup are not in .*nowhere/),
      isRefused(restore('fresh', '--yes'), /secrets\.json is missing: put the secrets\.json of the system/),
      isRefused(restore('one', '--from', other, '--yes'), /other-keys belongs to another backup/),
      isRefused(restore('stranger', '--yes'), /does not hold the wrapping key w1/),
    ]);
  });

  it('that fails in its last database leaves all of them as they were', async () => {
    const wrong = copyOf('wrong');
    const manifest = readManifest(wrong);
    for (const table of manifest.databases.sso?.tables ?? []) table.rows += 1;
    writeManifest(wrong, manifest);
    const failed = restore('one', '--from', wrong, '--only', 'sso', 'approval_flow', '--yes');
    expect(await failed.exited).toBe(1);
    expect(failed.said()).toMatch(/live\.access_accounts has 2 rows instead of 3/);
  });

  it('brings back everybody who was acknowledged before the backup, in the same folder, and raises the incarnation', async () => {
    await succeeds(restore('one', '--yes'));
    await start('one');
    expect(await keysOf('one'), 'keys that were made since the backup').toBeGreaterThanOrEqual(keys);
    // 2, although an earlier restore failed half-way.
    expect(await missing(before)).toEqual([]);
    expect(await Promise.all([incarnation('one', 'scim_gateway'), incarnation('one', 'approval_flow')])).toEqual([
      2, 2,
    ]);
    for (const account of accounts) expect(await createUser(account, 'later@nordlys.example')).toBeDefined();
    await isVerified('one');
    await stopSystem();
  });

  it('of a projection alone leaves the events as they are; the projection catches up', async () => {
    await succeeds(restore('one', '--only', 'sso', 'approval_flow', '--yes'));
    await start('one');
    expect(await Promise.all([incarnation('one', 'scim_gateway'), incarnation('one', 'approval_flow')])).toEqual([
      2, 3,
    ]);
    await isVerified('one');
    await stopSystem();
  });

  it('works in a fresh folder with the same secrets.json; the tokens go on working', async () => {
    mkdirSync(at('fresh'));
    cpSync(at('one', 'secrets.json'), at('fresh', 'secrets.json'));
    await isRefused(restore('fresh', '--only', 'sso', '--yes'), /restore everything first/);
    await succeeds(restore('fresh', '--yes'));
    await start('fresh');
    expect(await missing(before)).toEqual([]);
    expect(terminal.fileOf('fresh').accounts).toEqual([]);
    for (const account of accounts) expect(await createUser(account, 'later@nordlys.example')).toBeDefined();
    await isVerified('fresh');
    await stopSystem();
  });
});
