import type { Logger } from '@bitabiz/service-kit/log';
import { Heartbeats } from './heartbeats.js';
import type { EventLog } from './log.js';
import type { OutboxSource, ShardLock } from './outbox-source.js';
import { Alarm, growingPause } from './pauses.js';
import { publishRows } from './publish-rows.js';
import { StoppedAccounts, type StoppedAccount } from './stopped-accounts.js';

export type RelayOptions = {
  outbox: OutboxSource;
  log: EventLog;
  /** `<source>.events`. */
  topic: string;
  logger: Logger;
  heartbeatMs?: number;
  pollMs?: number;
  /** Outbox rows per round. */
  batchSize?: number;
  now?: () => Date;
};

export type RelayStatus = {
  /** This process is the one that publishes; another may be. */
  publishing: boolean;
  /** Events published since the start. */
  published: number;
  /** ISO time: everything appended before it is in the log, but for stopped accounts. */
  drainedAt: string | undefined;
  stopped: StoppedAccount[];
  /** What the relay cannot get over at the moment. */
  problem: string | undefined;
};

export interface Relay {
  /** Finishes the round that is running and gives the lock back. */
  close(): Promise<void>;
  status(): RelayStatus;
  /** Tries a stopped account again, after an operator removed the cause. @returns false when it was not stopped. */
  retryStopped(accountId: string): boolean;
}

/**
 * Publishes what the outbox holds, in order per account, and deletes a row only after the log's acknowledgement: at least once. One relay per
 * shard, by the store's session lock. Errors of a connection pause and repeat for ever; a row that the log refuses stops its account only.
 */
export function startRelay(options: RelayOptions): Relay {
  const relay = new Running(options);
  return {
    close: () => relay.close(),
    status: () => relay.status(),
    retryStopped: (accountId) => relay.retryStopped(accountId),
  };
}

class Running {
  private readonly alarm = new Alarm();
  private readonly stopped = new StoppedAccounts();
  private readonly heartbeats: Heartbeats;
  private readonly options: Required<RelayOptions>;
  private readonly ended: Promise<void>;
  private closing = false;
  private lock: ShardLock | undefined;
  private failures = 0;
  private problem: string | undefined;
  private published = 0;
  private drainedAt: Date | undefined;
  private told: Date | undefined;
  private nextHeartbeat = 0;

  constructor(options: RelayOptions) {
    this.options = { heartbeatMs: 5_000, pollMs: 1_000, batchSize: 200, now: () => new Date(), ...options };
    this.heartbeats = new Heartbeats(options.topic.replace(/\.events$/, ''), options.log);
    this.ended = this.run();
  }

  async close(): Promise<void> {
    this.closing = true;
    this.alarm.ring();
    await this.ended;
  }

  status(): RelayStatus {
    return {
      publishing: this.lock !== undefined,
      published: this.published,
      drainedAt: this.drainedAt?.toISOString(),
      stopped: this.stopped.list,
      problem: this.problem,
    };
  }

  retryStopped(accountId: string): boolean {
    const was = this.stopped.retry(accountId);
    this.alarm.ring();
    return was;
  }

  private async run(): Promise<void> {
    let stopWakeups: (() => Promise<void>) | undefined;
    while (!this.closing) {
      try {
        stopWakeups ??= await this.options.outbox.wakeups(() => this.alarm.ring());
        await this.round();
        this.failures = 0;
        this.problem = undefined;
      } catch (error) {
        await this.pauseAfter(error);
      }
    }
    await this.lock?.release().catch(() => undefined);
    this.lock = undefined;
    await stopWakeups?.().catch(() => undefined);
  }

  /** One look at the outbox, or one try to become the relay that publishes. */
  private async round(): Promise<void> {
    const { outbox, log, topic, pollMs, batchSize, logger } = this.options;
    if (!(await this.holdsLock())) return this.alarm.wait(pollMs);
    const lock = this.lock;
    const lookedAt = this.options.now();
    const rows = await outbox.claim(batchSize, this.stopped.ids);
    if (rows.length > 0) {
      await publishRows(rows, {
        log,
        topic,
        mayGoOn: () => this.lock === lock,
        done: async (finished) => {
          await outbox.done(finished.map((row) => row.outboxId));
          for (const row of finished) {
            this.published += row.envelopes.length;
            this.heartbeats.published(row.accountId, row.lastSeq, row.lastEventId);
          }
        },
        refused: ({ accountId, outboxId, lastSeq }, error) => {
          this.stopped.stop({ accountId, outboxId, reason: error.message, since: this.options.now().toISOString() });
          logger.error(
            { accountId, outboxId, lastSeq, error },
            'the log refuses an event; its account is stopped until an operator retries it',
          );
        },
      });
    }
    // Another relay may publish by now, so this one no longer knows how far the outbox is empty.
    if (this.lock !== lock) return;
    if (rows.length < batchSize) this.drainedAt = lookedAt;
    await this.heartbeat();
    // What came meanwhile has rung; a full round means that more is waiting.
    if (rows.length < batchSize)
      await this.alarm.wait(Math.min(pollMs, Math.max(0, this.nextHeartbeat - performance.now())));
  }

  private async holdsLock(): Promise<boolean> {
    if (this.lock) return true;
    const lock = await this.options.outbox.tryLock();
    if (!lock) return false;
    this.lock = lock;
    this.nextHeartbeat = 0;
    void lock.lost.then(() => {
      if (this.lock === lock) this.lock = undefined;
      this.alarm.ring();
    });
    await this.options.log.ensureTopics([this.options.topic]);
    return true;
  }

  /** Says how far the outbox was empty. When nothing is known to be newer than last time, silence is the truth. */
  private async heartbeat(): Promise<void> {
    if (performance.now() < this.nextHeartbeat || !this.drainedAt || this.drainedAt === this.told) return;
    await this.heartbeats.send(this.options.topic, this.drainedAt);
    this.told = this.drainedAt;
    this.nextHeartbeat = performance.now() + this.options.heartbeatMs;
  }

  private async pauseAfter(error: unknown): Promise<void> {
    const { logger, log, topic } = this.options;
    this.failures += 1;
    // Shorter than a reader's: a revocation waits behind it.
    const ms = Math.min(growingPause(this.failures), 5_000);
    this.problem = error instanceof Error ? error.message : String(error);
    logger.warn({ topic, error, ms }, 'the relay cannot publish; it is tried again');
    const until = performance.now() + ms;
    // Wake-ups come with every append; only closing shortens the pause.
    while (!this.closing && performance.now() < until) await this.alarm.wait(until - performance.now());
    // A log that lost its topics gets them again.
    if (!this.closing && this.lock) await log.ensureTopics([topic]).catch(() => undefined);
  }
}
