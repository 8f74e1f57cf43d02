import { defineConfig } from 'vitest/config';
import { scratchFolder } from './libs/testing/src/scratch.js';
import { swapBroken } from './libs/projections/src/faults/broken/swap.fixture.js';

process.env['TMPDIR'] = scratchFolder();

const conditions = ['bitabiz-source', 'module', 'node', 'development|production'];
const project = (name: string, include: string[], extra: object = {}) => ({
  ssr: { resolve: { conditions } },
  // BROKEN=<name> runs the suite with one mechanism broken: then it must fail.
  plugins: [swapBroken(process.env['BROKEN'])],
  // Specs belong to no tsconfig that a file's transformation would find.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    name,
    include,
    setupFiles: ['./libs/testing/src/long.setup.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/lint-fixtures/**'],
    ...extra,
  },
});

// The suffix tells what a test costs: .spec runs in memory, .db.spec has a real Postgres, .log.spec a log (Postgres and, where one can be had,
// Kafka), .e2e.spec starts whole services.
export default defineConfig({
  test: {
    // The cache knows nothing of a mechanism that is broken on purpose: it would serve the whole one, or keep the broken one.
    ...(process.env['BROKEN'] !== undefined && { fsModuleCache: false }),
    reporters: ['default', './libs/testing/src/closing-line.ts'],
    projects: [
      project('unit', ['{libs,apps}/*/src/**/*.spec.ts', 'deploy/local/src/**/*.spec.ts'], {
        exclude: ['**/node_modules/**', '**/dist/**', '**/lint-fixtures/**', '**/*.{db,log,e2e}.spec.ts'],
        isolate: false,
        sequence: { groupOrder: 0 },
      }),
      project('db', ['{libs,apps}/*/src/**/*.{db,log}.spec.ts'], {
        globalSetup: ['./libs/testing/src/servers.setup.ts'],
        testTimeout: 60_000,
        hookTimeout: 120_000,
        maxWorkers: 2,
        // A worker loads what all suites use once.
        isolate: false,
        sequence: { groupOrder: 1 },
      }),
      project('e2e', ['{libs,apps}/*/src/**/*.e2e.spec.ts', 'deploy/local/src/**/*.e2e.spec.ts'], {
        globalSetup: ['./libs/testing/src/servers.setup.ts'],
        testTimeout: 240_000,
        hookTimeout: 240_000,
        // Two whole systems use the cores a little better than one; in a long run each of them loads the machine by itself.
        maxWorkers: process.env['LONG'] ? 1 : 2,
        maxConcurrency: 2,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
});
