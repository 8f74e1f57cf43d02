import type { Logger } from '@bitabiz/service-kit/log';
import type { Pool } from 'pg';
import { readCheckpoints } from './checkpoints.js';
import type { FeedClient, Head } from './feed-client.js';

export type HeadWatchOptions = {
  source: string;
  feed: FeedClient;
  pool: Pool;
  /** Only accounts of the partitions that this consumer owns: two that both compare all would both reset the same ones. */
  owns: (accountId: string) => boolean;
  /** `ms` later, when the account has not come so far by then. */
  onBehind: (accountId: string, ms: number) => void;
  logger: Logger;
};

const momentMs = 1_000;

/** Compares how far this projection has come with the heads of the owning service (decision 5). */
export class HeadWatch {
  private cursor: string | undefined;

  constructor(private readonly options: HeadWatchOptions) {}

  /**
   * Checkpoints are read before the heads: the other way round a normal lead looks like a fork. So the first answer only
   * names the accounts to look at, and a second one is compared.
   * @returns the accounts that differ.
   */
  async compare(complete: boolean): Promise<string[]> {
    const { source, feed, pool, owns, onBehind } = this.options;
    const since = complete ? undefined : this.cursor;
    const named = (await feed.heads(since)).heads.filter((head) => owns(head.account));
    if (named.length === 0 && since !== undefined) return [];
    const accounts = named.map((head) => head.account);
    const checkpoints = await readCheckpoints(pool, source, accounts);
    const { heads, cursor } = await feed.heads(since);
    const known = new Set(accounts);
    const differing = heads
      .filter((head) => known.has(head.account))
      .filter((head) => differs(head, checkpoints.get(head.account)))
      .map((head) => head.account);
    for (const accountId of differing) onBehind(accountId, momentMs);
    // Accounts that differ stay in view: the cursor moves on only when all are level.
    if (differing.length === 0) this.cursor = cursor;
    return differing;
  }
}

function differs(head: Head, checkpoint: { lastSeq: number; lastEventId: string | null } | undefined): boolean {
  return checkpoint?.lastSeq !== head.seq || checkpoint.lastEventId !== head.id;
}
