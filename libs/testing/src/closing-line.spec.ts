import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TestModule } from 'vitest/node';
import ClosingLine from './closing-line.js';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

const file = (states: State[], state: 'passed' | 'failed' = 'passed') =>
  ({
    state: () => state,
    children: { allTests: () => states.map((each) => ({ result: () => ({ state: each }) })) },
  }) as unknown as TestModule;

describe('the closing line', () => {
  afterEach(() => vi.restoreAllMocks());

  function printed(modules: TestModule[], unhandled: unknown[] = []): string {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    new ClosingLine().onTestRunEnd(modules, unhandled);
    return write.mock.calls.map(([text]) => String(text)).join('');
  }

  it('counts over all files, and what did not run as skipped', () => {
    const files = [file(['passed', 'passed', 'skipped']), file(['failed', 'pending'], 'failed')];
    expect(printed(files)).toBe('\n2 passed, 1 failed, 2 skipped\n');
  });

  it('counts a file that could not be loaded as failed', () => {
    expect(printed([file(['passed']), file([], 'failed')])).toBe('\n1 passed, 1 failed, 0 skipped\n');
  });

  it('does not say that nothing failed after an unhandled error', () => {
    expect(printed([file(['passed'])], [new Error('late')])).toBe('\n1 passed, 1 failed, 0 skipped\n');
  });
});
