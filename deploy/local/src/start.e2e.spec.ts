import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freeBlock } from '@bitabiz/testing/free-port';
import { until } from '@bitabiz/testing/until';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isAlive } from './processes.js';
import { isUp, stop, Terminal } from './npm-start.fixture.js';

const terminal = new Terminal();
const { folder } = terminal;
let port: number;

const npmStart = (dataDir: string, first: number, ...more: string[]) => terminal.start(dataDir, first, ...more);
const fileOf = (dataDir: string) => terminal.fileOf(dataDir);
const pidsOf = (dataDir: string) => Object.values(fileOf(dataDir).services).map((service) => service.pid);
const supervisorOf = (dataDir: string) => Number(readFileSync(join(folder, dataDir, 'supervisor.pid'), 'utf8'));
const postgresOf = (dataDir: string) =>
  Number(readFileSync(join(folder, dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

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
afterEach(() => terminal.endAll());
afterAll(() => terminal.remove());

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

    vi.stubEnv('PUBLIC_URL', 'https://scim.nordlys.example');
    const second = npmStart('one', port);
    await isUp(second);
    vi.unstubAllEnvs();
    expect(second.said()).toContain('https://scim.nordlys.example/scim/v2');
    expect(fileOf('one').accounts).toEqual(before);
    expect(await users('one')).toBe(1);
    const system = join(folder, 'one', 'start.json');
    const made = terminal.npm('run', 'accounts', '--', '--system', system, 'create', 'Fjordbyg');
    expect([await made.exited, made.said()]).toEqual([
      0,
      expect.stringMatching(/Tenant URL.* https:..scim.nordlys.example.scim.v2\n/),
    ]);
    expect(fileOf('one').accounts.map(({ name }) => name)).toContain('Fjordbyg');
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
