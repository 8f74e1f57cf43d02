import { lockCheckpoints, readCheckpoints } from '@bitabiz/messaging/checkpoints';
import { inTransaction } from '@bitabiz/service-kit/database';
import { pausedSentence, repairAccount as real, type RepairOptions } from '@bitabiz/messaging/repair';

export { pausedSentence };
export type { RepairOptions };

/** Asks the feed first and looks at the checkpoint afterwards: what the log brought meanwhile looks like another history. */
export async function repairAccount(options: RepairOptions, source: string, accountId: string): Promise<number> {
  const feed = options.feeds.get(source);
  if (!feed) throw new Error(`there is no feed for ${source}`);
  const before = (await readCheckpoints(options.pool, source, [accountId])).get(accountId);
  const [first] = await feed.page(accountId, before?.lastSeq ?? 0);
  const after = (await readCheckpoints(options.pool, source, [accountId])).get(accountId);
  if (first && after && first.previd !== after.lastEventId) {
    options.logger.warn({ source, accountId }, 'fork found: the account is folded again from the start');
    await inTransaction(options.pool, async (tx) => {
      await lockCheckpoints(tx, source, [accountId]);
      await options.resetAccount(tx, accountId);
      await tx.query('delete from checkpoints where account_id = $1', [accountId]);
    });
  }
  return real(options, source, accountId);
}
