import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { variants } from './swap.fixture.js';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../../../../node_modules/vitest/vitest.mjs', import.meta.url));

/** Runs the tests that are to notice a broken mechanism, on the log on Postgres. */
function run(
  broken: string | undefined,
  [file, name]: readonly [string, string],
): Promise<{ code: number; said: string }> {
  const args = ['run', '--project', 'db', file, '--testNamePattern', name.replaceAll(/[()]/g, '.')];
  const { REQUIRE_KAFKA: _, ...inherited } = process.env;
  const env = {
    ...inherited,
    NO_COLOR: '1',
    KAFKA_FROM: 'broker',
    KAFKA_BROKERS: '',
    ...(broken && { BROKEN: broken }),
  };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    child.on('exit', (code) => resolve({ code: code ?? -1, said }));
  });
}

const closing = /^(\d+) passed, (\d+) failed, \d+ skipped$/m;

describe('with a broken mechanism the suite fails', () => {
  it.concurrent.each(Object.entries(variants))('%s', async (name, { caughtBy }) => {
    const { code, said } = await run(name, caughtBy);
    expect(said).toContain(`BROKEN: ${name}`);
    // A test has failed by itself: nothing is wrong with the file or the servers.
    const [, passed, failed] = closing.exec(said) ?? [];
    expect({ passed, failed, code }, said).toEqual({ passed: '0', failed: '1', code: 1 });
    expect(said).toMatch(/AssertionError|not within/);
  });
});
