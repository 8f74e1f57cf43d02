import { LRUCache } from 'lru-cache';
import type { Wanted } from './known.query.js';
import type { UserRow } from './user/user-row.js';
import type { Known } from './world.js';

/** As long as unwrapped keys are believed. */
const rememberedMs = 5_000;
const users = 10_000;
const accounts = 1_000;

/** What is remembered of what is wanted, and what must be read; `missing` is undefined when nothing must. */
export type Recalled = { known: Known; missing: Wanted | undefined };

/**
 * What this process read or stored a moment ago. It may be out of date, so it decides nothing by itself: an append checks the version of
 * everything that a decision looked at (decision 2), and a decision that changes nothing is made again from what is read.
 */
export class Remembered {
  private readonly accounts = new LRUCache<string, NonNullable<Known['account']>>({
    max: accounts,
    ttl: rememberedMs,
    ttlResolution: 100,
  });
  /** By account and employee id, and by account and SCIM id where that is another: two names of one row. */
  private readonly users = new LRUCache<string, UserRow>({ max: 2 * users, ttl: rememberedMs, ttlResolution: 100 });

  /** Names are never remembered: the append finds out who holds one. @returns undefined when all must be read. */
  recall({ accountId, userIds, scimIds, managers }: Wanted): Recalled | undefined {
    const found: UserRow[] = [];
    const unknown = (ids: string[]) =>
      ids.filter((id) => {
        const row = this.users.get(`${accountId} ${id}`);
        if (row) found.push(row);
        return !row;
      });
    const missing = { accountId, userIds: unknown(userIds), scimIds: unknown(scimIds), keys: [], managers };
    const account = this.accounts.get(accountId) ?? null;
    const mustRead = account === null || missing.userIds.length + missing.scimIds.length > 0;
    if (mustRead && found.length === 0) return undefined;
    const known = { account, users: [...new Set(found)], claims: null, managers: null };
    return { known, missing: mustRead ? missing : undefined };
  }

  /** What was read, or stored. What is as old as what is remembered, or older, stays away. */
  learn(accountId: string, { account, users: rows }: Pick<Known, 'account' | 'users'>): void {
    if (account && account.stream_version >= (this.accounts.get(accountId)?.stream_version ?? 0)) {
      this.accounts.set(accountId, account);
    }
    for (const row of rows ?? []) {
      if (row.stream_version <= (this.users.get(`${accountId} ${row.user_id}`)?.stream_version ?? 0)) continue;
      this.users.set(`${accountId} ${row.user_id}`, row);
      if (row.scim_id !== row.user_id) this.users.set(`${accountId} ${row.scim_id}`, row);
    }
  }

  /** Nothing of an erased person is kept (P20). */
  forget(accountId: string, userId: string): void {
    const row = this.users.get(`${accountId} ${userId}`);
    this.users.delete(`${accountId} ${userId}`);
    if (row) this.users.delete(`${accountId} ${row.scim_id}`);
  }
}
