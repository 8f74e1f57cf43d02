import type { Envelope } from '@bitabiz/event-contracts';
import type { Pool } from 'pg';
import type { KeyRing } from './key-ring.js';
import { envelopesOf, eventColumns, linesOf, type StoredEvent } from './stored-event.js';

export type Head = { account: string; seq: number; id: string };
export type Heads = { incarnation: number; cursor: string; complete: boolean; heads: Head[] };

/** The longest page of the feed, in events. */
export const longestPage = 1000;

/** The truth and the repair (decision 5): every event of an account in order, and how far each account has come. */
export class Feed {
  /** @param pool connects as the named batch role. */
  constructor(
    private readonly source: string,
    private readonly pool: Pool,
    private readonly keys?: KeyRing,
  ) {}

  /** @returns at most `limit` events of the account after `after`, oldest first; none when there is nothing more. */
  async page(accountId: string, after: number, limit = longestPage): Promise<Envelope[]> {
    return envelopesOf(this.source, await this.rows(accountId, after, limit), this.keys);
  }

  /** The same page as NDJSON. */
  async lines(accountId: string, after: number, limit = longestPage): Promise<Buffer> {
    return linesOf(this.source, await this.rows(accountId, after, limit), this.keys);
  }

  private async rows(accountId: string, after: number, limit: number): Promise<StoredEvent[]> {
    const { rows } = await this.pool.query<Omit<StoredEvent, 'previd'>>({
      name: 'feed-page',
      text: `select ${eventColumns} from store.events e
        where e.account_id = $1 and e.account_seq >= $2 order by e.account_seq limit $3`,
      values: [accountId, after, Math.min(limit, longestPage) + (after > 0 ? 1 : 0)],
    });
    // The row before the page only lends its id to `previd`.
    return rows
      .map((row, index) => Object.assign(row, { previd: rows[index - 1]?.event_id ?? null }))
      .filter((row) => Number(row.account_seq) > after);
  }

  /**
   * Heads of the accounts that changed since `cursor`, or of all. "Since" goes by transaction id: by time or sequence a
   * slow commit would be missed. A cursor of another incarnation counts as none.
   */
  async heads(cursor?: string): Promise<Heads> {
    const { rows } = await this.pool.query<{ incarnation: number; cursor: string }>(
      `select (select max(incarnation) from store.incarnations) as incarnation, pg_snapshot_xmin(pg_current_snapshot())::text as cursor`,
    );
    const { incarnation = 0, cursor: next = '0' } = rows[0] ?? {};
    const [era, since] = (cursor ?? '').split('.');
    const complete = Number(era) !== incarnation || !/^\d{1,18}$/.test(since ?? '');
    const heads = complete ? await this.allHeads() : await this.changedHeads(since ?? '0');
    return { incarnation, cursor: `${incarnation}.${next}`, complete, heads };
  }

  private async allHeads(): Promise<Head[]> {
    const { rows } = await this.pool.query(
      `with recursive a as (
         (select account_id from store.events order by account_id limit 1)
         union all
         select (select e.account_id from store.events e where e.account_id > a.account_id order by e.account_id limit 1)
         from a where a.account_id is not null)
       select a.account_id, h.account_seq, h.event_id from a cross join lateral (select account_seq, event_id from store.events
         where account_id = a.account_id order by account_seq desc limit 1) h where a.account_id is not null`,
    );
    return rows.map(asHead);
  }

  private async changedHeads(since: string): Promise<Head[]> {
    const { rows } = await this.pool.query(
      `select c.account_id, h.account_seq, h.event_id
       from (select distinct account_id from store.events where txid >= $1::bigint) c
       cross join lateral (select account_seq, event_id from store.events
         where account_id = c.account_id order by account_seq desc limit 1) h`,
      [since],
    );
    return rows.map(asHead);
  }
}

const asHead = (row: { account_id: string; account_seq: string; event_id: string }): Head => ({
  account: row.account_id,
  seq: Number(row.account_seq),
  id: row.event_id,
});
