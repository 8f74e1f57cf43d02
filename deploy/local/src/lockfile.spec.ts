import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const whole = readFileSync(join(root, 'package-lock.json'), 'utf8');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockfile-'));
  file = join(folder, 'package-lock.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'deploy/local/lockfile.mjs'), ...args, file], { encoding: 'utf8' });

/** The lock file without these packages, as npm writes it where the registry lacks them. */
function without(pattern: RegExp): string[] {
  const lock = JSON.parse(whole);
  const gone = Object.keys(lock.packages).filter((path) => pattern.test(path));
  for (const path of gone) delete lock.packages[path];
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  return gone;
}

describe('the lock file', () => {
  it('of this repository names the binaries of every platform', () => {
    writeFileSync(file, whole);
    expect(run('--check').status).toBe(0);
  });

  it('that npm wrote without other platforms is refused, with what to do', () => {
    expect(without(/binding-darwin-x64$/)).not.toEqual([]);
    const { status, stderr } = run('--check');
    expect(status).toBe(1);
    expect(stderr).toMatch(/lacks .*@oxlint\/binding-darwin-x64@\d.*: run npm run lockfile/);
  });

  it('is made whole again, with the same versions and platforms', () => {
    without(/@(nx\/nx|oxlint\/binding|oxlint-tsgolint|typescript)\/?-?[a-z-]*(darwin|win32|musl|riscv64)/);
    expect(run().status).toBe(0);
    expect(run('--check').status).toBe(0);
    const versionsOf = (text: string) =>
      Object.entries<any>(JSON.parse(text).packages).map(([path, { version, os, cpu, libc, dev }]) => ({
        path,
        version,
        os,
        cpu,
        libc,
        dev,
      }));
    expect(versionsOf(readFileSync(file, 'utf8'))).toEqual(versionsOf(whole));
  });

  it('that is whole is left alone', () => {
    writeFileSync(file, whole);
    run();
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });
});
