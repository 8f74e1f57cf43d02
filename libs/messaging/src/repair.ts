import type { Logger } from '@bitabiz/service-kit/log';
import { inTransaction } from '@bitabiz/service-kit/database';
import type { Pool, PoolClient } from 'pg';
import { applyEvents, type Handler } from './apply.js';
import { lockCheckpoints, readCheckpoints, type Checkpoint } from './checkpoints.js';
import type { FeedClient } from './feed-client.js';

export type RepairOptions = {
  pool: Pool;
  feeds: ReadonlyMap<string, FeedClient>;
  handler: Handler;
  /** Deletes the account's rows of this projection; checkpoints and parked references are deleted here. */
  resetAccount: (tx: PoolClient, accountId: string) => Promise<void>;
  now: () => Date;
  logger: Logger;
};

export const pausedSentence = 'account paused: an event needs a newer version of this service; deploy it';

/**
 * Brings one account to the head of its owner's feed, through the same apply as the log (decision 5). A fork is found by the
 * id at the last sequence: then the account's rows are deleted and folded from the start (decision 9).
 * @returns the number of events applied.
 */
export async function repairAccount(options: RepairOptions, source: string, accountId: string): Promise<number> {
  const { pool, handler, now, logger } = options;
  const feed = options.feeds.get(source);
  if (!feed) throw new Error(`there is no feed for ${source}`);
  let applied = 0;
  for (;;) {
    const checkpoint = (await readCheckpoints(pool, source, [accountId])).get(accountId);
    const page = await feed.page(accountId, checkpoint?.lastSeq ?? 0);
    const [first] = page;
    if (checkpoint && checkpoint.lastSeq > 0) {
      const forked = first
        ? first.previd !== checkpoint.lastEventId
        : (await feed.page(accountId, checkpoint.lastSeq - 1, 1))[0]?.id !== checkpoint.lastEventId;
      if (forked) {
        await startOver(options, source, checkpoint);
        continue;
      }
    }
    if (!first) return applied;
    const result = await inTransaction(pool, (tx) => applyEvents(tx, source, page, handler, now));
    applied += page.length;
    if (result.paused.length > 0) {
      logger.error({ source, accountId }, pausedSentence);
      return applied;
    }
  }
}

/** Only if the last id is still the one compared, under the checkpoint's lock: another consumer may have mended it meanwhile. */
async function startOver(options: RepairOptions, source: string, compared: Checkpoint): Promise<void> {
  const { accountId } = compared;
  await inTransaction(options.pool, async (tx) => {
    const locked = (await lockCheckpoints(tx, source, [accountId])).checkpoints.get(accountId);
    if (locked?.lastEventId !== compared.lastEventId) return;
    await options.resetAccount(tx, accountId);
    await tx.query('delete from parked where account_id = $1', [accountId]);
    await tx.query('delete from checkpoints where account_id = $1', [accountId]);
  });
  options.logger.warn(
    { source, accountId, lastSeq: compared.lastSeq },
    'fork found: the source has another history; the account is folded again from the start',
  );
  for (const other of options.feeds.keys()) {
    if (other !== source) await repairAccount(options, other, accountId);
  }
}
