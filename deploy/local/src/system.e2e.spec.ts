import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeBlock } from '@bitabiz/testing/free-port';
import { logsUnderTest } from '@bitabiz/testing/logs-under-test';
import { until } from '@bitabiz/testing/until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isUp, stop, Terminal, type Started } from './npm-start.fixture.js';

type EndState = {
  directory: { active: object; inactive: { userName: string }[]; groups: object };
  approvalFlow: object;
  sso: object;
};

const terminal = new Terminal();
const people = process.env['LONG'] ? '250' : '60';
afterEach(() => terminal.endAll());
afterAll(() => terminal.remove());

const states = new Map<string, string>();

describe.each(logsUnderTest())('the whole system with the log on $name', (log) => {
  let port: number;
  let more: string[];
  beforeAll(async () => {
    port = await freeBlock(10);
    more = log.name === 'kafka' ? ['--log', await log.url()] : [];
  });

  const start = async (): Promise<Started> => {
    const started = terminal.start(log.name, port, ...more);
    await isUp(started);
    return started;
  };
  const outFile = (name: string) => join(terminal.folder, `${log.name}-${name}.json`);
  const demo = (name: string, ...options: string[]) => {
    const system = ['--system', join(terminal.folder, log.name, 'start.json')];
    return terminal.npm('run', 'demo', '--', ...system, '--people', people, '--json', outFile(name), ...options);
  };
  const ended = async (run: Started, name: string): Promise<string> => {
    expect(await run.exited, run.said()).toBe(0);
    return readFileSync(outFile(name), 'utf8');
  };
  const asJson = (text: string) => JSON.parse(text) as EndState;

  it('shows the same company in every service, in a first account and in a fresh one', async () => {
    const system = await start();
    const first = await ended(demo('first'), 'first');
    expect(await ended(demo('fresh', '--new-account'), 'fresh')).toBe(first);
    expect(Object.keys(asJson(first).directory.active).length).toBeGreaterThan(Number(people) - 10);
    states.set(log.name, first);
    await stop(system);
  });

  it('ends with the same people in an account that was not emptied; only the re-hired one is once more in the inactive list', async () => {
    const system = await start();
    const before = asJson(states.get(log.name) ?? '{}');
    const after = asJson(await ended(demo('again'), 'again'));
    expect(after.directory.active).toEqual(before.directory.active);
    expect(after.approvalFlow).toEqual(before.approvalFlow);
    expect(after.sso).toEqual(before.sso);
    const grown = after.directory.inactive.map((each) => each.userName);
    const known = before.directory.inactive.map((each) => each.userName);
    const [rehired] = known.filter((name) => name in after.directory.active);
    expect(grown.toSorted()).toEqual([...known, rehired].toSorted());
    await stop(system);
  });

  it('loses nothing when it is stopped and started in the middle, and every row is the fold of its events', async () => {
    const system = await start();
    const run = demo('interrupted', '--new-account');
    await until(() => run.said().includes('Wednesday'), { deadlineMs: 60_000 });
    await stop(system);
    const again = await start();
    expect(await ended(run, 'interrupted')).toBe(states.get(log.name));
    const verified = terminal.npm('run', 'verify', '--', '--system', join(terminal.folder, log.name, 'start.json'));
    expect(await verified.exited, verified.said()).toBe(0);
    expect(verified.said()).toMatch(/^0 differences$/m);
    await stop(again);
  });
});

describe('the end state', () => {
  it('is the same on every log', () => {
    expect(states.size).toBeGreaterThan(0);
    expect(new Set(states.values()).size).toBe(1);
  });
});
