// `npm start`: plain JavaScript that runs on any Node from 20 on and needs nothing installed. It installs what is missing, builds,
// and hands over to the supervisor under the Node that package.json pins.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const help = `npm start -- [options]      starts the whole system on this machine

  --data-dir DIR          where databases, keys and start.json live (default .data)
  --port N                first port of a block of ten (default 4300): N+1 SCIM gateway, N+2 employee directory,
                          N+3 approval flow, N+4 sign-in, N+9 Postgres
  --log kafka://HOST:PORT the event log on Kafka; without it the log is on Postgres
  --help                  this text

Stop it with Ctrl-C or SIGTERM; the next start goes on where it stopped.
To remove everything: stop it, then delete the data folder.`;

const options = readOptions();
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
install();
build();
if (process.version.startsWith('v24.')) {
  const { supervise } = await import('./dist/main.js');
  await supervise(options);
} else {
  handOver();
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'data-dir': { type: 'string', default: process.env.BITABIZ_DATA_DIR ?? '.data' },
        port: { type: 'string', default: '4300' },
        log: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1024 || port > 65_520)
      fail(`--port ${values.port}: give a number from 1024 to 65520`);
    if (values.log !== undefined && !/^kafka:\/\/[^/:,]+:\d+(,[^/:,]+:\d+)*$/.test(values.log)) {
      fail(`--log ${values.log}: give kafka://host:port, or leave it out for the log on Postgres`);
    }
    return { root, dataDir: resolve(values['data-dir']), port, log: values.log };
  } catch (error) {
    return fail(error.message);
  }
}

/** Decided by the content of the lock file: its time changes with every checkout. What `npm ci` installed by hand is not installed again. */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const mark = join(root, 'node_modules', '.installed-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted && existsSync(node)) return;
  if (isInstalled() && existsSync(node)) return writeFileSync(mark, wanted);
  console.log('Installing packages (once, about a minute) …');
  run(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    'The packages could not be installed: see the lines above',
  );
  if (!existsSync(node))
    fail('npm did not install Node 24 (install scripts are switched off?): run npm ci without --ignore-scripts');
  writeFileSync(mark, wanted);
}

/** npm notes in node_modules what is there; packages for other platforms are optional and may be missing. */
function isInstalled() {
  const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  const noted = join('node_modules', '.package-lock.json');
  if (!existsSync(join(root, noted))) return false;
  const [wanted, present] = [packagesOf('package-lock.json'), packagesOf(noted)];
  return Object.entries(wanted)
    .filter(([path, { link, optional }]) => path.includes('node_modules/') && !link && !optional)
    .every(([path, { version }]) => present[path]?.version === version);
}

function build() {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  run(tsc, ['-b'], 'The build failed: see the lines above');
}

function run(command, args, sentence) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) fail(error ? `${sentence} (${error.message})` : sentence);
}

/** The first start of a clone runs on the machine's own Node: the supervisor is a child then, and hears every signal. */
function handOver() {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    cwd: process.cwd(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches the child by itself: it is in the same process group.
  process.on('SIGINT', () => undefined);
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
