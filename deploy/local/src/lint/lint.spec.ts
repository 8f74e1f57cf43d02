import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const here = join(root, 'deploy/local/src/lint');
const fixtures = join(here, 'lint-fixtures');

/** What each fixture breaks; a rule that stops biting, or bites what is right, fails here. */
const expected: Record<string, string[]> = {
  'apps/one/src/any.ts': ['typescript(no-explicit-any)'],
  'apps/one/src/any.spec.ts': [],
  'apps/one/src/console.ts': ['eslint(no-console)'],
  'apps/one/src/floating.ts': ['typescript(no-floating-promises)'],
  'apps/one/src/cycle-a.ts': ['import(no-cycle)'],
  'apps/one/src/cycle-b.ts': ['import(no-cycle)'],
  'apps/one/src/exactly-200-lines.ts': [],
  'apps/one/src/too-long.spec.ts': ['eslint(max-lines)'],
  'apps/one/src/libraries.ts': [],
  'apps/one/src/other-app.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/other-app-part.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/other-app-types.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/other-app-path.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/other-app-late.ts': ['eslint(no-restricted-imports)'],
  'apps/two/src/theirs.ts': [],
  'libs/one/src/app.ts': ['eslint(no-restricted-imports)'],
  'libs/one/src/app-path.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/pure.decider.ts': [],
  'apps/one/src/other.decider.ts': [],
  'apps/one/src/whole-kit.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/database.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/store.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/types.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/node.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/late.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/neighbour.decider.ts': ['eslint(no-restricted-imports)'],
  'apps/one/src/upwards.decider.ts': ['eslint(no-restricted-imports)'],
};

const found = new Map<string, Set<string>>();
beforeAll(() => {
  const args = ['-c', join(here, 'lint-fixtures.oxlintrc.json'), '--type-aware', '--no-ignore', '-f', 'json', fixtures];
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), args, { cwd: root, encoding: 'utf8' });
  for (const { filename, code } of JSON.parse(stdout).diagnostics) {
    const file = relative(fixtures, join(root, filename));
    found.set(file, (found.get(file) ?? new Set()).add(code));
  }
}, 60_000);

describe('the rules of the code', () => {
  it.each(Object.entries(expected))('judge %s: %j', (file, rules) =>
    expect([...(found.get(file) ?? [])]).toEqual(rules),
  );

  it('have a fixture behind each expectation', () => {
    const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.ts'));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  it('leave the fixtures alone when they judge the code itself', () => {
    const args = ['deploy/local/src/lint', '-f', 'json'];
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), args, { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(stdout).diagnostics).toEqual([]);
  });
});
