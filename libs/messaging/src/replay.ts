import { readEvent } from '@bitabiz/event-contracts';
import { inTransaction } from '@bitabiz/service-kit/database';
import { Refused } from '@bitabiz/service-kit/refused';
import type { RepairOptions } from './repair.js';
import { lockCheckpoints } from './checkpoints.js';
import { discardParked } from './parked.js';

export type Replayed = { replayed: number; discarded: number; left: number; reason?: string };

/**
 * Applies a stream's parked events again, in order, with their payloads from the feed; stops at the first that still fails.
 * A person who was erased meanwhile is discarded: nothing of an erased person is applied again (decision 6).
 */
export async function replayParked(
  { pool, feeds, handler }: RepairOptions,
  source: string,
  accountId: string,
  stream: string,
): Promise<Replayed> {
  const feed = feeds.get(source);
  if (!feed) throw new Refused('parked.source', `There is no source ${source}`, 'unknown');
  return inTransaction(pool, async (tx) => {
    await lockCheckpoints(tx, source, [accountId]);
    const { rows } = await tx.query<{ seq: string }>(
      'select seq from parked where source = $1 and account_id = $2 and stream = $3 order by seq',
      [source, accountId, stream],
    );
    let replayed = 0;
    for (const { seq } of rows) {
      const [envelope] = await feed.page(accountId, Number(seq) - 1, 1);
      if (!envelope || envelope.erased) {
        return { replayed, discarded: await discardParked(tx, source, accountId, stream), left: 0 };
      }
      await tx.query('savepoint replay');
      try {
        await handler(tx, source, [readEvent(envelope)]);
        await tx.query('delete from parked where source = $1 and account_id = $2 and seq = $3', [
          source,
          accountId,
          seq,
        ]);
        replayed += 1;
      } catch (error) {
        await tx.query('rollback to savepoint replay');
        const reason = error instanceof Error ? error.message : String(error);
        return { replayed, discarded: 0, left: rows.length - replayed, reason };
      }
    }
    return { replayed, discarded: 0, left: 0 };
  });
}
