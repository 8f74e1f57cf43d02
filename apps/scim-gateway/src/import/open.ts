import type { Provider } from '@nestjs/common';
import type { Pool } from 'pg';
import { ImportJobs, type ImportJobsParts } from './import-jobs.js';
import { ImportQueries } from './imports.query.js';
import { Imports } from './imports.js';

/** Everything that imports need; `jobs` works once it is started. */
export function openImports(app: Pool, parts: ImportJobsParts): { jobs: ImportJobs; providers: Provider[] } {
  const { keys, now, newId } = parts;
  const jobs = new ImportJobs(parts);
  return {
    jobs,
    providers: [
      { provide: Imports, useValue: new Imports(app, keys, { now, newId }) },
      { provide: ImportQueries, useValue: new ImportQueries(app, keys) },
      { provide: ImportJobs, useValue: jobs },
    ],
  };
}
