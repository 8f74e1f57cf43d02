import pg from 'pg';
import type { Logger } from './log.js';

export type PoolOptions = {
  /** Shown in pg_stat_activity. */
  name: string;
  max?: number;
  searchPath?: string;
  /** Generic plans only: safe where every query names its keys by unnest and lateral, and much faster there (see the event store). */
  genericPlans?: boolean;
  /** How long a statement waits for a lock, in milliseconds; for ever unless told. */
  lockTimeoutMs?: number;
  logger?: Logger;
};

/** A pool that survives a restart of Postgres: a broken idle connection is logged and replaced. */
export function createPool(
  url: string,
  { name, max = 10, searchPath, genericPlans, lockTimeoutMs, logger }: PoolOptions,
): pg.Pool {
  const settings = [
    ...(searchPath === undefined ? [] : [`-c search_path=${searchPath}`]),
    ...(lockTimeoutMs === undefined ? [] : [`-c lock_timeout=${lockTimeoutMs}`]),
    ...(genericPlans ? ['-c plan_cache_mode=force_generic_plan'] : []),
  ];
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
    ...(settings.length > 0 && { options: settings.join(' ') }),
  });
  pool.on('error', (error) => logger?.warn({ pool: name, error }, 'a database connection broke'));
  planAgain(pool);
  return pool;
}

const firstPlansMs = 1_000;
const longestPlansMs = 60_000;

/**
 * A kept plan fits the tables as they were when it was made: on the empty tables of a fresh database every index looks as good as the right
 * one, and the plan then reads whole accounts. So a session makes its plans again after 1, 2, 4 … 60 seconds.
 */
function planAgain(pool: pg.Pool): void {
  const plans = new WeakMap<pg.PoolClient, { until: number; ms: number }>();
  pool.on('acquire', (client) => {
    const now = performance.now();
    const known = plans.get(client);
    if (known && known.until > now) return;
    const ms = known ? Math.min(known.ms * 2, longestPlansMs) : firstPlansMs;
    plans.set(client, { until: now + ms, ms });
    if (known) client.query('discard plans').catch(() => undefined);
  });
}

/** A single connection, for a session lock or LISTEN. When it breaks, the next query says so; who must know at once listens to `end`. */
export function createClient(url: string, name: string): pg.Client {
  const client = new pg.Client({ connectionString: url, application_name: name, keepAlive: true });
  client.on('error', () => undefined);
  return client;
}

/**
 * Lends a connection of the pool to `work`. One that broke is thrown away, and breaking between two queries is no unhandled error:
 * the pool listens only to connections that lie idle in it. `close` ends the session afterwards, and with it its locks.
 */
export async function withConnection<T>(
  pool: pg.Pool,
  work: (connection: pg.PoolClient) => Promise<T>,
  after: 'keep' | 'close' = 'keep',
): Promise<T> {
  const connection = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => (broken = error);
  connection.on('error', onError);
  try {
    return await work(connection);
  } finally {
    connection.off('error', onError);
    connection.release(broken ?? after === 'close');
  }
}

/** The first statement sent ahead that failed, by connection: what came after it only heard that the transaction is aborted. */
const failedAhead = new WeakMap<pg.PoolClient, Error>();

/** Sends a statement of a transaction without waiting for its answer: what is sent after it runs after it. `inTransaction` tells of its failure. */
export function sendAhead(tx: pg.PoolClient, text: string, values?: unknown[]): void {
  tx.query(text, values).catch((error: Error) => {
    if (!failedAhead.has(tx)) failedAhead.set(tx, error);
  });
}

/** Runs `work` in one transaction; rolled back when it throws, or when a statement that was sent ahead failed. */
export function inTransaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  return withConnection(pool, async (tx) => {
    failedAhead.delete(tx);
    sendAhead(tx, 'begin');
    try {
      const result = await work(tx);
      if (failedAhead.has(tx)) throw new Error('a statement that was sent ahead failed');
      const { command } = await tx.query('commit');
      // What Postgres answers to the commit of an aborted transaction.
      if (command === 'ROLLBACK') throw new Error('the transaction was aborted');
      return result;
    } catch (error) {
      await tx.query('rollback').catch((failure: Error) => tx.emit('error', failure));
      throw failedAhead.get(tx) ?? error;
    }
  });
}

/** One transaction that sees and writes the rows of one account only (decision 11). */
export const inAccount = <T>(pool: pg.Pool, accountId: string, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (tx) => {
    sendAhead(tx, `select set_config('app.account', $1, true)`, [accountId]);
    return work(tx);
  });
