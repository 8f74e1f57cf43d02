import type { DatabaseName } from '../databases.js';
import type { ServiceName } from '../options.js';

/**
 * The databases of a backup, in the order in which they are looked at: who reads another's events comes before the other, so that no
 * projection is ahead of its source, and the keys come last, so that every event has its key. The log's is left out: it keeps 7 days, and
 * what is missing there comes from the feeds (decision 5). So is the list of erasures: what a restore brings back must not bring back
 * an older one (decision 10).
 */
export const backedUp = [
  'sso',
  'employee_directory',
  'approval_flow',
  'scim_gateway',
  'scim_gateway_keys',
] as const satisfies readonly DatabaseName[];
export type BackedUp = (typeof backedUp)[number];

/** The keys lie in a folder of their own: a copy of the data alone cannot be read (decision 10). */
export const keysDatabase = 'scim_gateway_keys' satisfies BackedUp;

/** The service whose migrations make a database. */
export const serviceOf = (database: BackedUp): ServiceName =>
  database === keysDatabase ? 'scim-gateway' : (database.replaceAll('_', '-') as ServiceName);
