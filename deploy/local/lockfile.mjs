// Makes package-lock.json complete:
//
//   node deploy/local/lockfile.mjs [--check] [FILE]
//
// npm leaves the binaries of other platforms out of the lock file when the registry at hand lacks them (npm/cli#9846), and `npm ci` then refuses
// the file as out of step. This adds an entry for every optional dependency of an exact version that has none. With --check it changes nothing,
// and fails when one is missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const file = positionals[0] ?? fileURLToPath(new URL('../../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingEntries(lock.packages);

if (missing.length === 0) process.exit(0);
const names = missing.map(({ name, version }) => `${name}@${version}`).join(', ');
if (values.check) {
  console.error(`package-lock.json lacks ${names}: run npm run lockfile`);
  process.exit(1);
}
for (const { place, entry } of missing) lock.packages[place] = entry;
// npm's own order, so that its next write changes nothing.
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`package-lock.json: added ${names}`);

function missingEntries(packages) {
  const found = new Map();
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!/^\d+\.\d+\.\d+/.test(version) || resolved(packages, path, name)?.version === version) continue;
      const root = `node_modules/${name}`;
      const other = packages[root] ?? found.get(root);
      const place = other && other.version !== version ? `${path}/${root}` : root;
      found.set(place, { name, version, place, entry: entryOf(name, version, parent) });
    }
  }
  return [...found.values()];
}

/** As Node looks a package up: beside the one that asks, then in each folder above. */
function resolved(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('node_modules/') - 1, 0))) {
    const found = packages[`${folder}${folder && '/'}node_modules/${name}`];
    if (found || folder === '') return found;
  }
}

/** Platforms are named by the package (@oxlint/binding-linux-arm64-musl), in the order system, processor, C library. */
function entryOf(name, version, parent) {
  const words = name.split(/[/_-]/);
  const systems = /^(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|windows)$/;
  const processors = /^(arm|arm64|ia32|loong64|mips64el|ppc64|riscv64|s390x|wasm32|x64)$/;
  const os = words.find((word) => systems.test(word))?.replace('windows', 'win32');
  const cpu = words.find((word) => processors.test(word));
  const libc = { gnu: 'glibc', musl: 'musl' }[words.at(-1)];
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(parent.dev && { dev: true }),
    ...(parent.devOptional && { devOptional: true }),
    ...(os === 'linux' && libc && { libc: [libc] }),
    optional: true,
    ...(os && { os: [os] }),
  };
}
