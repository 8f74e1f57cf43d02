import * as fc from 'fast-check';
import { long } from './effort.js';

if (long) fc.configureGlobal({ numRuns: 3_000 });
