import { applyEvents, type Handler } from '@bitabiz/messaging/apply';
import { lockCheckpoints, readCheckpoints } from '@bitabiz/messaging/checkpoints';
import type { FeedClient } from '@bitabiz/messaging/feed-client';
import { inTransaction } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Pool, PoolClient } from 'pg';
import { batchesOf } from './feed-batches.js';
import { inParallel } from './in-parallel.js';
import { compareAccount, type Difference } from './parity.js';
import { handlerOf, liveSchema, searchPath, shadowSchema, type ProjectionSet } from './projection.js';
import { schemaSql } from './schema.js';

/** Accounts at once: while Postgres writes the rows of one, others are fetched and folded. */
const defaultWorkers = 4;

export type RebuildOptions = {
  set: ProjectionSet;
  /** The owner: creates, swaps and drops schemas. */
  owner: Pool;
  /** The named batch role, with the live schema first in its search path. Not the consumer's pool: each would wait for the other. */
  batch: Pool;
  feeds: ReadonlyMap<string, FeedClient>;
  /** Fills the role names into DDL. */
  withRoles: (sql: string) => string;
  now: () => Date;
  logger: Logger;
  workers?: number;
  /** `always`: although rows differ, because the new code is meant to come to another result. `never`: only compare. */
  switching?: 'when same' | 'always' | 'never';
};

export type RebuildReport = { accounts: number; events: number; differences: Difference[]; switched: boolean };

/**
 * Builds the projections again beside the live ones from the feed, compares account by account under the live checkpoint's
 * lock at exactly its sequence, and switches (decision 5). Readers and the consumer go on all the time.
 * @returns what was read and what differed; with differences nothing is switched unless that is asked for.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { set, owner, logger } = options;
  const accounts = await accountsOf(options);
  await inTransaction(owner, async (tx) => {
    await tx.query(`drop schema if exists ${shadowSchema} cascade`);
    await tx.query(options.withRoles(schemaSql(set, shadowSchema)));
  });
  let events = 0;
  const differences: Difference[] = [];
  await inParallel(options.workers ?? defaultWorkers, accounts, async (accountId) => {
    for (const source of set.sources) {
      const live = (await readCheckpoints(options.batch, source, [accountId])).get(accountId);
      const folded = await fold(options, source, accountId, live?.lastSeq ?? 0);
      events += folded;
    }
    differences.push(...(await compareAtCheckpoint(options, accountId)));
  });
  const { switching = 'when same' } = options;
  const switched = switching === 'always' || (switching === 'when same' && differences.length === 0);
  if (switched) await switchOver(options);
  else await owner.query(`drop schema ${shadowSchema} cascade`);
  logger.info(
    { service: set.service, accounts: accounts.length, events, differences: differences.length, switched },
    'rebuilt',
  );
  return { accounts: accounts.length, events, differences, switched };
}

/** The accounts that the live projection knows; one that appears meanwhile grows in the live schema by itself. */
async function accountsOf({ batch }: RebuildOptions): Promise<string[]> {
  const { rows } = await batch.query<{ account_id: string }>(
    `select distinct account_id from ${liveSchema}.checkpoints order by 1`,
  );
  return rows.map((row) => row.account_id);
}

/** Folds the account's feed into the shadow, up to sequence `until`. Derived events wait until the switch (decision 7). */
async function fold(options: RebuildOptions, source: string, accountId: string, until: number): Promise<number> {
  if (until === 0) return 0;
  const reached = await inShadow(options, async (tx) => {
    const { rows } = await tx.query<{ source: string; last_seq: string }>(
      'select source, last_seq from checkpoints where account_id = $1',
      [accountId],
    );
    return new Map(rows.map((row) => [row.source, Number(row.last_seq)]));
  });
  const { react: _, personal: __, ...silent } = options.set;
  const handler = freshOnce(silent, reached.size === 0);
  let events = 0;
  for await (const batch of batchesOf(feedOf(options.feeds, source), accountId, reached.get(source) ?? 0, until)) {
    const { behind, suspect, paused } = await inShadow(options, (tx) =>
      applyEvents(tx, source, batch, handler, options.now),
    );
    events += batch.length;
    // The comparison tells of an account that cannot go on, and the consumer mends it after the switch.
    if (behind.length + suspect.length + paused.length > 0) break;
  }
  return events;
}

/** Only the first call finds the account `fresh`: the next one, or the same events again one by one, does not. */
function freshOnce(set: ProjectionSet, fresh: boolean): Handler {
  const handle = handlerOf(set);
  let first = fresh;
  return (tx, source, events) => {
    const asFresh = first;
    first = false;
    return handle(tx, source, events, asFresh);
  };
}

function inShadow<T>({ batch }: RebuildOptions, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(batch, async (tx) => {
    // Plans for the table as it is now: one kept from when it was empty reads all of it for every row.
    await tx.query(
      `set local search_path = ${searchPath(shadowSchema)}; set local plan_cache_mode = force_custom_plan`,
    );
    return work(tx);
  });
}

/** Holds the live checkpoints still, brings the shadow to exactly their sequence, compares. */
async function compareAtCheckpoint(options: RebuildOptions, accountId: string): Promise<Difference[]> {
  return inTransaction(options.batch, async (tx) => {
    for (const source of options.set.sources) {
      const live = (await lockCheckpoints(tx, source, [accountId])).checkpoints.get(accountId);
      await fold(options, source, accountId, live?.lastSeq ?? 0);
    }
    return compareAccount(tx, options.set, accountId);
  });
}

/** Nobody moves a live checkpoint while the last events are folded; then the schemas change places in one commit. */
async function switchOver(options: RebuildOptions): Promise<void> {
  const { owner, set } = options;
  await inTransaction(owner, async (tx) => {
    await tx.query(`lock table ${liveSchema}.checkpoints in exclusive mode`);
    const { rows } = await options.batch.query<{ source: string; account_id: string; last_seq: string }>(
      `select l.source, l.account_id, l.last_seq from ${liveSchema}.checkpoints l
       left join ${shadowSchema}.checkpoints s using (source, account_id) where s.last_seq is distinct from l.last_seq`,
    );
    for (const row of rows) await fold(options, row.source, row.account_id, Number(row.last_seq));
    await tx.query(`drop schema ${liveSchema} cascade`);
    await tx.query(`alter schema ${shadowSchema} rename to ${liveSchema}`);
  });
  if (!set.react) return;
  await inParallel(options.workers ?? defaultWorkers, await accountsOf(options), (accountId) =>
    inTransaction(options.batch, async (tx) => {
      for (const source of set.sources) await lockCheckpoints(tx, source, [accountId]);
      await set.react?.(tx, { accountId }, 'rebuild');
    }),
  );
}

function feedOf(feeds: ReadonlyMap<string, FeedClient>, source: string): FeedClient {
  const feed = feeds.get(source);
  if (!feed) throw new Error(`there is no feed for ${source}`);
  return feed;
}
