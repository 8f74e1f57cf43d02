import * as fc from 'fast-check';

// `npm run test:long`: the same tests with higher counts.
if (process.env['LONG']) fc.configureGlobal({ numRuns: 3_000 });
