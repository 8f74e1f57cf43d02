import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freeBlock } from '@bitabiz/testing/free-port';
import { until } from '@bitabiz/testing/until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from './processes.js';
import type { StartFile } from './start-file.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bitabiz-start-'));
const running = new Set<Started>();
let port: number;

type Started = { child: ChildProcess; said: () => string; exited: Promise<number | null> };

/** `npm start` as a person runs it. The folder is 0700, as root's own folders are. */
function npmStart(dataDir: string, first: number, ...more: string[]): Started {
  const args = ['start', '--', '--data-dir', join(folder, dataDir), '--port', String(first), ...more];
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const started = { child, said: () => text, exited: once(child, 'exit').then(([code]) => code as number | null) };
  running.add(started);
  void started.exited.then(() => running.delete(started));
  return started;
}

async function isUp(started: Started): Promise<void> {
  const up = until(() => started.said().includes('Everything is running'), { deadlineMs: 120_000 });
  const ended = started.exited.then(() => Promise.reject(new Error('npm start ended')));
  await Promise.race([up, ended]).catch((error: Error) => {
    throw new Error(`${error.message}\n${started.said()}`);
  });
}
const fileOf = (dataDir: string): StartFile =>
  JSON.parse(readFileSync(join(folder, dataDir, 'start.json'), 'utf8')) as StartFile;
const pidsOf = (dataDir: string) => Object.values(fileOf(dataDir).services).map((service) => service.pid);
const supervisorOf = (dataDir: string) => Number(readFileSync(join(folder, dataDir, 'supervisor.pid'), 'utf8'));
const postgresOf = (dataDir: string) =>
  Number(readFileSync(join(folder, dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

async function stop(started: Started): Promise<void> {
  started.child.kill('SIGTERM');
  expect(await started.exited).toBe(0);
}

async function users(dataDir: string): Promise<number> {
  const [account] = fileOf(dataDir).accounts;
  const response = await fetch(`${account?.scimEndpoint}/Users`, {
    headers: { authorization: `Bearer ${account?.token}` },
  });
  return ((await response.json()) as { totalResults: number }).totalResults;
}

async function createUser(dataDir: string, name: string): Promise<number> {
  const [account] = fileOf(dataDir).accounts;
  const body = { userName: name, name: { givenName: 'A', familyName: 'B' }, emails: [{ type: 'work', value: name }] };
  const headers = { authorization: `Bearer ${account?.token}`, 'content-type': 'application/scim+json' };
  return (await fetch(`${account?.scimEndpoint}/Users`, { method: 'POST', headers, body: JSON.stringify(body) }))
    .status;
}

beforeAll(async () => {
  port = await freeBlock(40);
});
afterEach(async () => {
  for (const { child, exited } of running) {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await exited;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start', () => {
  it('answers --help and refuses a bad option before it does anything', async () => {
    const help = npmStart('never', port, '--help');
    expect(await help.exited).toBe(0);
    expect(help.said()).toContain('--data-dir');
    const bad = npmStart('never', port, '--log', 'somewhere');
    expect(await bad.exited).not.toBe(0);
    expect(bad.said()).toContain('kafka://host:port');
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('brings everything up, stops at SIGTERM to npm, and goes on where it stopped', async () => {
    const first = npmStart('one', port);
    // The file appears when everything is ready, and not before.
    await until(() => existsSync(join(folder, 'one', 'start.json')), { deadlineMs: 120_000 });
    const { accounts, services } = fileOf('one');
    expect([accounts.length, Object.keys(services).length]).toEqual([2, 4]);
    for (const { url } of Object.values(services)) expect((await fetch(`${url}/ready`)).status).toBe(200);
    await isUp(first);
    expect(statSync(join(folder, 'one', 'start.json')).mode & 0o777).toBe(0o600);
    expect(await createUser('one', 'ada@nordlys.example')).toBe(201);
    const pids = [...pidsOf('one'), postgresOf('one'), supervisorOf('one')];
    const before = fileOf('one').accounts;
    await stop(first);
    expect(pids.filter(isAlive)).toEqual([]);

    const second = npmStart('one', port);
    await isUp(second);
    expect(fileOf('one').accounts).toEqual(before);
    expect(await users('one')).toBe(1);
    await stop(second);
  });

  it('refuses to start on data whose keys are missing', async () => {
    const file = join(folder, 'one', 'secrets.json');
    const kept = readFileSync(file);
    rmSync(file);
    const started = npmStart('one', port);
    expect(await started.exited).not.toBe(0);
    expect(started.said()).toMatch(/keys \(secrets\.json\) are missing/);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, kept, { mode: 0o600 });
  });

  it('names a port that is in use', async () => {
    const server = createServer().listen(port + 2, '127.0.0.1');
    await once(server, 'listening');
    const started = npmStart('one', port);
    expect(await started.exited).not.toBe(0);
    expect(started.said()).toContain(`Port ${port + 2} (for employee-directory) is in use`);
    server.close();
  });

  it('starts a service that dies again, and keeps start.json current', async () => {
    const started = npmStart('one', port);
    await isUp(started);
    const before = fileOf('one').services['sso']?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    await until(() => started.said().includes('sso was ended by SIGKILL'), { deadlineMs: 20_000 });
    await until(
      async () =>
        fileOf('one').services['sso']?.pid !== before && (await fetch(`http://127.0.0.1:${port + 4}/ready`)).ok,
      {
        deadlineMs: 30_000,
      },
    );
    await stop(started);
  });

  it('notices that Postgres died, and the services live through it', async () => {
    const started = npmStart('one', port);
    await isUp(started);
    const pids = pidsOf('one');
    process.kill(postgresOf('one'), 'SIGKILL');
    await until(() => started.said().includes('Postgres is back'), { deadlineMs: 60_000 });
    await until(async () => (await createUser('one', `after-${Date.now()}@nordlys.example`)) === 201, {
      deadlineMs: 60_000,
    });
    expect(pidsOf('one')).toEqual(pids);
    await stop(started);
  });

  it('finds and ends what a supervisor left behind that was killed', async () => {
    const started = npmStart('one', port);
    await isUp(started);
    const postgres = postgresOf('one');
    process.kill(supervisorOf('one'), 'SIGKILL');
    await started.exited;
    expect(isAlive(postgres)).toBe(true);
    const again = npmStart('one', port);
    await isUp(again);
    expect(isAlive(postgres)).toBe(false);
    await stop(again);
  });

  it('runs twice side by side on other folders and ports, and once on the same', async () => {
    const [first, second] = [npmStart('one', port), npmStart('two', port + 10)];
    await Promise.all([isUp(first), isUp(second)]);
    const third = npmStart('one', port + 30);
    expect(await third.exited).not.toBe(0);
    expect(third.said()).toContain('already runs');
    expect(await users('two')).toBe(0);
    await Promise.all([stop(first), stop(second)]);
  });
});
