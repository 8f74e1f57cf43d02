import { setTimeout as pause } from 'node:timers/promises';
import type { KeyRing } from '@bitabiz/event-store';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Pool } from 'pg';
import type { GatewayCommands } from '../gateway.commands.js';
import { carryOut, type Job } from './carry-out.js';
import { countsOf } from './imports.query.js';

const pollMs = 5_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const leaseMs = 60_000;
/** Commands at once, and how long they take at least: a large import never holds up the other accounts of its partition. */
const chunk = 250;
const chunkMs = 250;
/** What nobody started, and what is over. */
const keptDays = { ready: 7, over: 30 };

export type ImportJobsParts = {
  /** The named batch role: a job belongs to whichever account has one. */
  batch: Pool;
  keys: KeyRing;
  commands: GatewayCommands;
  now: () => Date;
  newId: () => string;
  logger: Logger;
};

/**
 * Works on imports of all accounts in turn, some rows at a time; what is done is stored with each step. A replica that dies leaves its
 * import to the next one, and a row that is carried out twice changes nothing.
 */
export class ImportJobs {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly parts: ImportJobsParts) {}

  /** Looks for work now and then, and tidies up every hour. */
  start(): void {
    this.timers = [
      setInterval(() => this.wake(), pollMs).unref(),
      setInterval(() => void this.tidy().catch((error: unknown) => this.complain(error)), hourMs).unref(),
    ];
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    if (this.stopping.signal.aborted) return;
    this.running ??= this.work()
      .catch((error: unknown) => this.complain(error))
      .finally(() => (this.running = undefined));
  }

  /** Finishes the rows that are under way. */
  async close(): Promise<void> {
    this.timers.forEach(clearInterval);
    this.stopping.abort();
    await this.running;
  }

  /** Deletes what was kept long enough, with the keys. @returns how many imports. */
  async tidy(): Promise<number> {
    const before = (days: number) => new Date(this.parts.now().getTime() - days * dayMs);
    const { rows } = await this.parts.batch.query<{ key_id: string }>(
      `delete from own.imports where (state = 'ready' and changed_at < $1) or (state in ('finished', 'cancelled') and changed_at < $2)
       returning key_id`,
      [before(keptDays.ready), before(keptDays.over)],
    );
    await this.parts.keys.destroy(rows.map((row) => row.key_id));
    return rows.length;
  }

  private async work(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const begin = performance.now();
      const job = await this.take();
      if (!job) return;
      const rows = await carryOut(this.parts, job, chunk);
      // Before another replica may go on with it: all of them together keep its pace.
      if (rows === chunk) await this.rest(begin);
      await this.giveBack(job);
      if (rows < chunk) await this.rest(begin);
    }
  }

  private async rest(begin: number): Promise<void> {
    const left = chunkMs - (performance.now() - begin);
    if (left > 0) await pause(left, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** The import that waits longest, for this process alone for a minute. */
  private async take(): Promise<Job | undefined> {
    const now = this.parts.now();
    const { rows } = await this.parts.batch.query<Job>(
      `update own.imports i set leased_until = $2
       from (select account_id, import_id from own.imports
         where state in ('checking', 'running') and (leased_until is null or leased_until < $1)
         order by changed_at limit 1 for update skip locked) n
       where i.account_id = n.account_id and i.import_id = n.import_id
       returning i.account_id as "accountId", i.import_id as "importId", i.state, i.key_id as "keyId",
         coalesce(i.started_by, i.created_by) as actor, i.headings, i.leased_until as "leasedUntil"`,
      [now, new Date(now.getTime() + leaseMs)],
    );
    return rows[0];
  }

  /** An import without open rows goes on to its next state; one that was cancelled meanwhile stays so, and so does one that is another replica's. */
  private async giveBack({ accountId, importId, state, leasedUntil }: Job): Promise<void> {
    const { rows } = await this.parts.batch.query<{ state: string; rows: number }>(
      `update own.imports i set leased_until = null, changed_at = $3, state = case
         when i.state <> $4 or exists (select from own.import_rows r
           where r.account_id = i.account_id and r.import_id = i.import_id and r.outcome is null) then i.state
         when i.state = 'checking' then 'ready' else 'finished' end
       where account_id = $1 and import_id = $2 and leased_until = $5 returning state, rows`,
      [accountId, importId, this.parts.now(), state, leasedUntil],
    );
    const [now] = rows;
    if (now?.state === 'finished') {
      await this.parts.batch.query(
        `update own.imports i set counts = (select counts from ${countsOf('i')} o) where account_id = $1 and import_id = $2 and counts is null`,
        [accountId, importId],
      );
    }
    if (now && now.state !== state)
      this.parts.logger.info({ accountId, importId, ...now }, `an import is ${now.state}`);
  }

  private complain(error: unknown): void {
    this.parts.logger.warn({ error }, 'an import could not go on; it is tried again');
  }
}
