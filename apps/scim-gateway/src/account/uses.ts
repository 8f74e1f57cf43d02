import type { Logger } from '@bitabiz/service-kit/log';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';

const notedMs = 60_000;
const credentials = 10_000;

/** When and from where credentials were used last (P16): at most one write a minute for each, and no request waits for it. */
export class CredentialUses {
  private readonly noted = new LRUCache<string, true>({ max: credentials, ttl: notedMs, ttlResolution: 1_000 });
  private readonly writes = new Set<Promise<unknown>>();

  constructor(
    private readonly app: Pool,
    private readonly now: () => Date,
    private readonly logger: Logger,
  ) {}

  /** Returns at once. A write that fails is logged, and the next is tried a minute later: a note is not worth a request. */
  note({ accountId, tokenId }: { accountId: string; tokenId: string }, address: string): void {
    if (this.noted.has(tokenId)) return;
    this.noted.set(tokenId, true);
    const write = this.app
      .query('select own.note_use($1, $2, $3, $4)', [accountId, tokenId, this.now(), address])
      .catch((error: unknown) => this.logger.warn({ error, accountId, tokenId }, 'a last use was not noted'))
      .finally(() => this.writes.delete(write));
    this.writes.add(write);
  }

  /** Waits for what is still being written, before the pool is closed. */
  async close(): Promise<void> {
    await Promise.all(this.writes);
  }
}
