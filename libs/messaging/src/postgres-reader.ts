import type { Logger } from '@bitabiz/service-kit/log';
import { CommitQueue } from './commit-queue.js';
import type { LogRecord, SubscribeOptions } from './log.js';
import { growingPause, Slots } from './pauses.js';
import type { Partition, PostgresStore, Row } from './postgres-store.js';

/** A partition that this member has. `next` is the offset of the record that must come next, undefined before the first. */
type Owned = Partition & {
  next: number | undefined;
  busy: boolean;
  /** Something came while it was busy. */
  missed: boolean;
  leaving: boolean;
  failures: number;
  retry?: NodeJS.Timeout | undefined;
};

const most = 500;

/** Reads the partitions a member has and hands their records on, each partition's in order, several partitions at once. */
export class PostgresReader {
  private readonly owned = new Map<number, Owned>();
  private readonly slots = new Slots(8);
  private readonly commits: CommitQueue;
  private pumping: Promise<void> | undefined;
  private again = false;
  private running = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly store: PostgresStore,
    groupId: number,
    private readonly options: SubscribeOptions,
    private readonly logger: Logger,
    /** A partition that was to be given away is free. */
    private readonly onFree: () => void,
  ) {
    this.commits = new CommitQueue((offsets) => store.commit(groupId, offsets), logger);
  }

  get partitions(): Partition[] {
    return [...this.owned.values()];
  }

  get positions(): { id: number; next: number }[] {
    return [...this.owned.values()].map(({ id, next }) => ({ id, next: next ?? 0 }));
  }

  add(partition: Partition, next: number | undefined): void {
    this.owned.set(partition.id, { ...partition, next, busy: false, missed: false, leaving: false, failures: 0 });
  }

  /** Stops reading partitions that are not `wanted`. @returns those no call is running for, with their offsets written. */
  async release(wanted: Set<number>): Promise<number[]> {
    const free: number[] = [];
    for (const owned of this.owned.values()) {
      owned.leaving = !wanted.has(owned.id);
      if (owned.leaving && !owned.busy) free.push(owned.id);
    }
    for (const id of free) this.forget(id);
    const written = this.commits.flush();
    if (free.length > 0) await written;
    return free;
  }

  /** Takes nothing further, waits for the calls that are running, writes their offsets. */
  async drop(): Promise<void> {
    for (const id of this.owned.keys()) this.forget(id);
    await this.pumping;
    while (this.running > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.commits.flush();
  }

  /** Reads what is new. Calls that come while it reads lead to one more read. */
  pump(): void {
    this.again = true;
    this.pumping ??= this.pumpOn().finally(() => {
      this.pumping = undefined;
      if (this.again) this.pump();
    });
  }

  private async pumpOn(): Promise<void> {
    while (this.again) {
      this.again = false;
      const ready: Owned[] = [];
      for (const owned of this.owned.values()) {
        if (owned.leaving || owned.retry) continue;
        if (owned.busy) owned.missed = true;
        else ready.push(owned);
      }
      for (const owned of ready) owned.busy = true;
      // A few partitions a statement bound the memory of a reader that is far behind.
      for (let from = 0; from < ready.length; from += 16) await this.readSome(ready.slice(from, from + 16));
    }
  }

  private async readSome(ready: Owned[]): Promise<void> {
    const wanted = ready.map(({ id, next }) => ({ id, next: next ?? 0 }));
    const rows = await this.store.read(wanted, most).catch((error: unknown) => {
      this.logger.warn({ error }, 'the log could not be read; it is tried again');
      // The next look, within a second, is the next try.
      for (const owned of ready) owned.missed = false;
      return [];
    });
    const found = Map.groupBy(rows, (row) => row.id);
    for (const owned of ready) {
      const news = found.get(owned.id);
      if (news && this.inOrder(owned, news)) void this.deliver(owned, news);
      else this.done(owned);
    }
  }

  /** Compares what came with what had to come; a gap is told, never passed over in silence. @returns false when nothing is left to read. */
  private inOrder(owned: Owned, rows: Row[]): boolean {
    const [first] = rows;
    if (!first) return false;
    const { topic, partition, next } = owned;
    const from = first.offset ?? (first.next < (next ?? 0) ? 0 : first.next);
    if (next !== undefined && from !== next) {
      this.logger.error(
        { topic, partition, expected: next, found: from },
        'records are missing from the log; the feed must fill the gap',
      );
      this.options.onGap?.({ topic, partition });
    }
    owned.next = from;
    if (first.offset === undefined && from < first.next) owned.missed = true;
    return first.offset !== undefined;
  }

  private async deliver(owned: Owned, rows: Row[]): Promise<void> {
    this.running += 1;
    const { topic, partition } = owned;
    const records = rows.map(({ offset, key, value }): LogRecord => ({
      topic,
      partition,
      offset: String(offset),
      key,
      value,
    }));
    try {
      await this.slots.run(async () => {
        if (this.owned.get(owned.id) !== owned || owned.leaving) return;
        await this.options.onRecords(records);
        owned.next = Number(records.at(-1)?.offset) + 1;
        owned.failures = 0;
        owned.missed ||= records.length >= most || owned.next < (rows[0]?.next ?? 0);
        this.commits.add(owned.id, owned.next);
      });
    } catch (error) {
      this.retryLater(owned, error);
    } finally {
      this.running -= 1;
      if (this.running === 0) for (const wake of this.idle.splice(0)) wake();
      this.done(owned);
    }
  }

  private retryLater(owned: Owned, error: unknown): void {
    owned.failures += 1;
    const ms = growingPause(owned.failures);
    const { topic, partition, next } = owned;
    this.logger.warn({ topic, partition, offset: next, error, ms }, 'records were not taken; they are repeated');
    owned.retry = setTimeout(() => {
      owned.retry = undefined;
      this.pump();
    }, ms);
  }

  private done(owned: Owned): void {
    owned.busy = false;
    if (owned.leaving) this.onFree();
    else if (owned.missed) {
      owned.missed = false;
      this.pump();
    }
  }

  private forget(id: number): void {
    clearTimeout(this.owned.get(id)?.retry);
    this.owned.delete(id);
  }
}
