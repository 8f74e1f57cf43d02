import { applyEvents } from '@bitabiz/messaging/apply';
import { readCheckpoints } from '@bitabiz/messaging/checkpoints';
import type { RepairOptions } from '@bitabiz/messaging/repair';
import { inTransaction } from '@bitabiz/service-kit/database';

export { pausedSentence } from '@bitabiz/messaging/repair';
export type { RepairOptions } from '@bitabiz/messaging/repair';

/** Pages the feed on from the checkpoint, whatever history it is of (decision 9). */
export async function repairAccount(options: RepairOptions, source: string, accountId: string): Promise<number> {
  let applied = 0;
  for (;;) {
    const checkpoint = (await readCheckpoints(options.pool, source, [accountId])).get(accountId);
    const page = (await options.feeds.get(source)?.page(accountId, checkpoint?.lastSeq ?? 0)) ?? [];
    if (page.length === 0) return applied;
    await inTransaction(options.pool, (tx) => applyEvents(tx, source, page, options.handler, options.now));
    applied += page.length;
  }
}
