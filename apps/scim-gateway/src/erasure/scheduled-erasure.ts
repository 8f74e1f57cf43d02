import { withConnection } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Pool, PoolClient } from 'pg';
import { dueBefore } from './due.js';
import { accountsWithRetention, accountState, dueEmployees } from './due.query.js';
import type { Erasures } from './erasures.js';

const hour = 60 * 60 * 1000;
/** Persons who are erased before the others in the queues have their turn, and how long that is in milliseconds (decision 7). */
const chunk = 100;
const turn = 1_000;
/** Session lock of the database: one replica at a time. */
export const lockId = 20265;

export type ScheduledErasureParts = {
  erasures: Pick<Erasures, 'eraseDue'>;
  /** The named batch role. */
  batch: Pool;
  now: () => Date;
  newId: () => string;
  /** Waits so many milliseconds; less when the signal says so. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  logger: Logger;
};

/** `failed`: persons who could not be erased now, and are tried again the next time. */
export type ErasureRun = { accounts: number; erased: number; failed: number };

/**
 * P20: erases whoever has been inactive for longer than the account keeps people. Whom a run leaves, because it was interrupted or somebody's
 * erasure failed, is found by the next one.
 */
export class ScheduledErasure {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: ScheduledErasureParts) {}

  /** Looks every hour, so that every account's day begins soon after midnight, however often processes are started anew. */
  start(): void {
    this.timer = setInterval(() => {
      this.running = this.run().catch((error: unknown) =>
        this.parts.logger.warn({ error }, 'inactive employees were not erased; trying again in an hour'),
      );
    }, hour);
    this.timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** @returns undefined while another replica is at it. */
  run(): Promise<ErasureRun | undefined> {
    return withConnection(this.parts.batch, (connection) => this.runLocked(connection), 'close');
  }

  /** The session's end would free the lock too, but only some time after the run. */
  private async runLocked(connection: PoolClient): Promise<ErasureRun | undefined> {
    const { rows } = await connection.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [lockId]);
    if (!rows[0]?.held) return undefined;
    try {
      return await this.eraseAll();
    } finally {
      await connection.query('select pg_advisory_unlock($1)', [lockId]).catch(() => undefined);
    }
  }

  private async eraseAll(): Promise<ErasureRun> {
    const run: ErasureRun = { accounts: 0, erased: 0, failed: 0 };
    let accounts = await accountsWithRetention(this.parts.batch);
    while (accounts.length > 0 && !this.stopping.signal.aborted) {
      for (const accountId of accounts) await this.eraseIn(accountId, run);
      accounts = await accountsWithRetention(this.parts.batch, accounts.at(-1));
    }
    return run;
  }

  private async eraseIn(accountId: string, run: ErasureRun): Promise<void> {
    const found = { erased: 0, failed: 0 };
    let after: string | undefined;
    do {
      const people = await this.nextOf(accountId, after);
      for (const { id } of people) {
        if (this.stopping.signal.aborted) break;
        if (await this.eraseOne(accountId, id, found)) found.erased += 1;
      }
      after = people.length === chunk ? people.at(-1)?.id : undefined;
      if (after !== undefined) await this.parts.pause(turn, this.stopping.signal);
    } while (after !== undefined && !this.stopping.signal.aborted);
    if (found.erased + found.failed === 0) return;
    run.accounts += 1;
    run.erased += found.erased;
    run.failed += found.failed;
    this.parts.logger.info(
      { accountId, ...found },
      'employees who were inactive for longer than the account keeps them were erased',
    );
  }

  /** Asks for the account anew each time: its setting may have changed meanwhile. */
  private async nextOf(accountId: string, after: string | undefined): Promise<{ id: string }[]> {
    const { batch, now } = this.parts;
    const before = dueBefore(await accountState(batch, accountId), now());
    return before === undefined ? [] : dueEmployees(batch, { accountId, before, after, limit: chunk });
  }

  private async eraseOne(accountId: string, userId: string, found: { failed: number }): Promise<boolean> {
    const correlationId = this.parts.newId();
    try {
      return await this.parts.erasures.eraseDue(accountId, userId, {
        actor: 'job:retention',
        correlationId,
        causationId: correlationId,
      });
    } catch (error) {
      found.failed += 1;
      this.parts.logger.warn(
        { error, accountId, correlationId },
        'an employee could not be erased; trying again later',
      );
      return false;
    }
  }
}
