import type { Envelope } from '@bitabiz/event-contracts';
import { createClient } from '@bitabiz/service-kit/database';
import type { Client, Pool } from 'pg';
import type { KeyRing } from './key-ring.js';
import type { Place, RecentEvents } from './recent-events.js';
import { envelopesOf, eventColumns, type StoredEvent } from './stored-event.js';

export type OutboxBatch = {
  outboxId: string;
  accountId: string;
  lastSeq: number;
  lastEventId: string;
  envelopes: Envelope[];
};

const shardLock = 20262;

/** Under load the relay looks this often at most: a look costs the same for one row as for many. The busier, the more a look is to bring. */
const gatherMs = { usually: 25, busy: 50 };
/** Events of one look that make it busy: about five hundred a second. */
const busyEvents = 12;

/** What the relay reads: rows in order with their events, as the named batch role. */
export class Outbox {
  /** Ids up to here are published and gone, and nothing can appear there any more: under an old snapshot dead rows cost 25 ms a poll. */
  private floor = '0';
  private candidate: { id: string; xid: string } | undefined;
  private wake: (() => void) | undefined;
  /** This process holds the shard's lock: its own relay publishes. */
  private held = false;
  private wakeAfter = 0;
  private gatherMs = gatherMs.usually;
  private waking: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: string,
    private readonly pool: Pool,
    private readonly url: string,
    private readonly keys?: KeyRing,
    private readonly recent?: RecentEvents,
  ) {}

  /** Tells the relay that something was appended: directly when it runs in this process, else by NOTIFY on a connection of its own. */
  notify(): void {
    if (this.waking) return;
    const wait = this.wakeAfter - performance.now();
    const wake = () => {
      this.waking = undefined;
      this.wakeAfter = performance.now() + this.gatherMs;
      if (this.held) this.wake?.();
      else this.pool.query(`select pg_notify('store_outbox', '')`).catch(() => undefined);
    };
    // At once when the last time is long ago, else together with what comes meanwhile.
    if (wait <= 0) wake();
    else this.waking = setTimeout(wake, wait);
  }

  async wakeups(onWake: () => void): Promise<() => Promise<void>> {
    this.wake = onWake;
    return async () => {
      this.wake = undefined;
      clearTimeout(this.waking);
    };
  }

  /** @returns up to `limit` outbox rows, oldest first; an account's rows are in its order. `stopped` accounts are left out here, in SQL. */
  async claim(limit: number, stopped: string[]): Promise<OutboxBatch[]> {
    const { rows } = await this.pool.query<Place & { outbox_id: string; first_seq: string }>({
      name: 'outbox-claim',
      // `offset 0`: each row looks up its own events; joined with all rows at once, every event there is would be read.
      text: `with b as (select id, account_id, first_seq, last_seq from store.outbox
          where id > $1 and account_id <> all($2::uuid[]) order by id limit $3)
        select b.id as outbox_id, b.first_seq, b.account_id, e.account_seq, e.event_id, e.incarnation,
          lag(e.event_id) over (partition by b.id order by e.account_seq) as previd
        from b cross join lateral (select account_seq, event_id, incarnation from store.events
          where account_id = b.account_id and account_seq between b.first_seq - 1 and b.last_seq offset 0) e
        order by b.id, e.account_seq`,
      values: [this.floor, stopped, limit],
    });
    if (rows.length === 0) await this.raiseFloor();
    const wanted = rows.filter((row) => Number(row.account_seq) >= Number(row.first_seq));
    this.gatherMs = wanted.length >= busyEvents ? gatherMs.busy : gatherMs.usually;
    const envelopes = await this.envelopes(wanted);
    const batches: OutboxBatch[] = [];
    wanted.forEach((row, index) => {
      const envelope = envelopes[index] as Envelope;
      let batch = batches.at(-1);
      if (batch?.outboxId !== row.outbox_id) {
        batch = { outboxId: row.outbox_id, accountId: row.account_id, lastSeq: 0, lastEventId: '', envelopes: [] };
        batches.push(batch);
      }
      batch.envelopes.push(envelope);
      batch.lastSeq = envelope.accountseq;
      batch.lastEventId = envelope.id;
    });
    return batches;
  }

  /** What this process stored a moment ago is at hand, the rest is read. */
  private async envelopes(places: Place[]): Promise<Envelope[]> {
    const found = places.map((place) => this.recent?.find(this.source, place));
    const missing = places.filter((_, index) => !found[index]);
    if (missing.length === 0) return found as Envelope[];
    const { rows } = await this.pool.query<StoredEvent>({
      name: 'outbox-events',
      text: `select ${eventColumns}, w.previd from unnest($1::uuid[], $2::bigint[], $3::uuid[]) w(account_id, account_seq, previd)
        cross join lateral (select * from store.events where account_id = w.account_id and account_seq = w.account_seq offset 0) e`,
      values: [
        missing.map((each) => each.account_id),
        missing.map((each) => each.account_seq),
        missing.map((each) => each.previd),
      ],
    });
    const read = new Map((await envelopesOf(this.source, rows, this.keys)).map((envelope) => [envelope.id, envelope]));
    return places.map((place, index) => found[index] ?? (read.get(place.event_id) as Envelope));
  }

  /** Only after the log's acknowledgement. Nobody waits for the disk: a row that a crash brings back is published again, which readers skip. */
  async done(outboxIds: string[]): Promise<void> {
    await this.pool.query({
      name: 'outbox-done',
      text: `with quick as materialized (select set_config('synchronous_commit', 'off', true))
        delete from store.outbox using quick where id = any($1::bigint[])`,
      values: [outboxIds],
    });
  }

  /** The session lock of the shard: one relay publishes. `lost` resolves when the connection that holds it has died. */
  async tryLock(): Promise<{ release(): Promise<void>; lost: Promise<void> } | undefined> {
    const client: Client = createClient(this.url, 'relay-lock');
    const lost = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.once('end', () => resolve());
    });
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [shardLock]);
    if (!rows[0]?.held) {
      await client.end();
      return undefined;
    }
    this.held = true;
    void lost.then(() => (this.held = false));
    client.on('notification', () => this.wake?.());
    await client.query('listen store_outbox');
    return { release: () => client.end(), lost };
  }

  /**
   * Reads the last id given, then takes a transaction id of its own: whoever was given an id before has a lower one. Once all transactions
   * below it are over, nothing can appear below that id. (The end of a snapshot, pg_snapshot_xmax, would not do: a transaction that
   * runs may lie beyond it.)
   */
  private async raiseFloor(): Promise<void> {
    if (!this.candidate) {
      const last = await this.pool.query<{ id: string }>(
        'select case when is_called then last_value else 0 end::text as id from store.outbox_id_seq',
      );
      if (last.rows[0]?.id === this.floor) return;
      const own = await this.pool.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
      this.candidate = { id: last.rows[0]?.id ?? '0', xid: own.rows[0]?.xid ?? '0' };
      return;
    }
    const { rows } = await this.pool.query<{ over: boolean }>(
      `select pg_snapshot_xmin(pg_current_snapshot())::text::numeric >= $1::numeric
         and not exists (select from store.outbox where id > $2 and id <= $3) as over`,
      [this.candidate.xid, this.floor, this.candidate.id],
    );
    if (!rows[0]?.over) return;
    this.floor = this.candidate.id;
    this.candidate = undefined;
  }
}
