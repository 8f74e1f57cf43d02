import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, '.conformance');
const sources = join(root, 'libs/testing/src');
const requirements = join(sources, 'conformance.requirements.txt');
const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');

/** What python-scim's scim2-tester says of a server: how many checks passed, and what it says of those that did not. */
export type Conformance = { passed: number; failures: string[] };

/**
 * Runs scim2-tester (RFC 7643, RFC 7644) against a SCIM server. It creates, changes and deletes users and groups there.
 * @param url where SCIM is served, `https://…/scim/v2`.
 * @returns the reason as text when there is no Python, or its packages cannot be had.
 */
export async function testConformance({ url, token }: { url: string; token: string }): Promise<Conformance | string> {
  const missing = await prepare();
  if (missing !== undefined) return missing;
  const header = `Authorization: Bearer ${token}`;
  const tester = spawn(
    join(bin, 'python'),
    [join(sources, 'conformance.py'), '--url', url, '--header', header, 'test', '--verbose'],
    {
      env: { ...process.env, NO_COLOR: '1', PYTHONUNBUFFERED: '1' },
    },
  );
  let report = '';
  for (const stream of [tester.stdout, tester.stderr]) stream.on('data', (text) => (report += String(text)));
  const code = await new Promise<number | null>((resolve, reject) => tester.on('error', reject).on('close', resolve));
  // A check is a line with its status and name, and indented or further lines about it.
  const checks = report.split(/^(?=[A-Z]+ [a-z_]+$)/m).filter((check) => /^[A-Z]+ /.test(check));
  const failures = checks.filter((check) => !check.startsWith('SUCCESS'));
  if (code !== 0 && failures.length === 0) failures.push(report);
  return { passed: checks.length - failures.length, failures };
}

/** A virtual environment of its own, with pinned versions; made once for each list of them. @returns why there is none. */
async function prepare(): Promise<string | undefined> {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const mark = join(folder, 'made-of');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return undefined;
  rmSync(folder, { recursive: true, force: true });
  const made =
    (await run('python3', ['-m', 'venv', folder])) ??
    (await run(join(bin, 'python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--retries',
      '1',
      '--requirement',
      requirements,
    ]));
  if (made === undefined) writeFileSync(mark, wanted);
  return made;
}

const run = (command: string, args: string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(command, args, (error, _, stderr) => {
      resolve(error ? `${command} ${args.join(' ')}: ${stderr.trim() || error.message}` : undefined);
    });
  });
