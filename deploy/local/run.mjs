// `npm run demo`, `accounts`, `conformance`, `contracts`, `verify`, `backup`, `restore`, `erase` and `bench`: builds what changed and runs the program under the
// pinned Node.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = {
  bench: 'deploy/local/dist/bench/main.js',
  verify: 'deploy/local/dist/verify-cli.js',
  demo: 'apps/entra-simulator/dist/main.js',
  accounts: 'deploy/local/dist/accounts-cli.js',
  conformance: 'deploy/local/dist/conformance-cli.js',
  contracts: 'deploy/local/dist/contracts-cli.js',
  backup: 'deploy/local/dist/backup/backup-cli.js',
  erase: 'deploy/local/dist/erase-cli.js',
  restore: 'deploy/local/dist/backup/restore-cli.js',
};
const [name, ...args] = process.argv.slice(2);
const node = join(root, 'node_modules', 'node', 'bin', 'node');
if (!existsSync(node)) {
  console.error('The packages are not installed yet: npm start installs them (or npm ci)');
  process.exit(1);
}
const built = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-b'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
// Ctrl-C reaches the program by itself: it is in the same process group, and says where it stopped.
process.on('SIGINT', () => undefined);
const { status } = spawnSync(node, [join(root, programs[name]), ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
