import { growingPause } from '@bitabiz/messaging/pauses';
import type { Logger } from '@bitabiz/service-kit/log';
import { failureOf } from '@bitabiz/service-kit/problem';
import type { Gathered } from './entry.js';

export type ProvisioningLogOptions = {
  /** Stores rows; safe to repeat. */
  write: (rows: readonly Gathered[]) => Promise<void>;
  newId: () => string;
  logger: Logger;
  /** Rows that wait at most; what comes then is lost, and counted. */
  most?: number;
};

const batchSize = 200;
const gatherMs = 100;
const closingMs = 5_000;

/** Rows of the provisioning log (P18) on their way to the database: requests never wait for it, and the memory that it takes is bounded. */
export class ProvisioningLog {
  private readonly waiting: Gathered[] = [];
  private readonly lostOf = new Map<string, number>();
  private running: Promise<void> | undefined;
  private soon: NodeJS.Timeout | undefined;
  private failures = 0;
  private closed = false;
  /** Rows that were lost since the start. */
  lost = 0;

  constructor(private readonly options: ProvisioningLogOptions) {}

  /** Rows that wait to be stored. */
  get size(): number {
    return this.waiting.length;
  }

  /** Takes a row; nothing is done with it before the event loop is free again. */
  add(row: Gathered): void {
    if (this.closed || this.waiting.length >= (this.options.most ?? 10_000)) return this.lose(row.accountId);
    this.waiting.push(row);
    if (this.waiting.length >= batchSize && this.failures === 0) this.plan(0);
    else this.soon ??= setTimeout(() => void this.flush(), gatherMs);
  }

  /** Stores all that waits now, as far as the database lets it. */
  async flush(): Promise<void> {
    const last = this.waiting.at(-1);
    do await this.drained();
    while (last && this.failures === 0 && this.waiting.includes(last));
  }

  private drained(): Promise<void> {
    clearTimeout(this.soon);
    this.soon = undefined;
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      if (this.size > 0 || this.lostOf.size > 0)
        this.plan(this.failures === 0 ? gatherMs : growingPause(this.failures));
    });
    return this.running;
  }

  /** Stores what waits, for a few seconds at most. What comes afterwards is lost. */
  async close(): Promise<void> {
    let impatience: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (impatience = setTimeout(resolve, closingMs)));
    await Promise.race([this.empty(), late]);
    this.closed = true;
    clearTimeout(impatience);
    clearTimeout(this.soon);
    if (this.size > 0) this.options.logger.error({ rows: this.size }, 'rows of the provisioning log are lost');
    this.waiting.length = 0;
  }

  private async empty(): Promise<void> {
    await this.running;
    do await this.flush();
    while (this.size > 0 && this.failures === 0);
  }

  private plan(ms: number): void {
    if (this.running) return;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => void this.flush(), ms);
  }

  private async drain(): Promise<void> {
    do {
      const rows = this.waiting.slice(0, batchSize);
      try {
        await this.store(rows);
        // Only now: until then they count as waiting.
        this.waiting.splice(0, rows.length);
        await this.tellLost();
        this.failures = 0;
      } catch (error) {
        this.failures += 1;
        this.options.logger.warn({ error, waiting: this.size }, 'the provisioning log cannot be written; trying again');
        return;
      }
      // What is left makes a batch of its own a moment later.
    } while (this.waiting.length >= batchSize);
  }

  /** A row that cannot be stored is lost alone. */
  private async store(rows: readonly Gathered[]): Promise<void> {
    try {
      if (rows.length > 0) await this.options.write(rows);
    } catch (error) {
      if (isAway(error)) throw error;
      if (rows.length > 1) for (const row of rows) await this.store([row]);
      else this.dropped(rows[0] as Gathered, error);
    }
  }

  private dropped(row: Gathered, error: unknown): void {
    this.lose(row.accountId);
    this.options.logger.error({ error, entryId: row.entryId }, 'a row of the provisioning log cannot be stored');
  }

  private lose(accountId: string): void {
    this.lost += 1;
    this.lostOf.set(accountId, (this.lostOf.get(accountId) ?? 0) + 1);
  }

  /** The log itself says that it is not complete. */
  private async tellLost(): Promise<void> {
    if (this.lostOf.size === 0) return;
    const told = [...this.lostOf];
    this.options.logger.error({ rows: this.lost }, 'rows of the provisioning log were lost');
    await this.options.write(told.map(([accountId, lost]) => overflow(accountId, lost, this.options.newId())));
    for (const [accountId, lost] of told) {
      const more = (this.lostOf.get(accountId) ?? 0) - lost;
      if (more > 0) this.lostOf.set(accountId, more);
      else this.lostOf.delete(accountId);
    }
  }
}

/** The database is away, somebody holds a lock, or another transaction won. */
const isAway = (error: unknown) => failureOf(error).status === 503;

const overflow = (accountId: string, lost: number, entryId: string): Gathered => ({
  accountId,
  entryId,
  action: 'Other',
  outcome: 'Failure',
  lookup: null,
  resource: null,
  subject: {},
  method: '',
  status: 503,
  code: 'log.overflow',
  correlationId: entryId,
  tokenId: null,
  content: { lost, reason: `${lost} rows are missing here: the log could not be written for a while` },
  impersonal: true,
});
