import type { KeyRing } from '@bitabiz/event-store';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Pool } from 'pg';
import { firstIdAt } from './entry-id.js';

const keptDays = 90;
const day = 24 * 60 * 60 * 1000;
const hour = 60 * 60 * 1000;
/** Accounts that are looked at, and rows that are deleted, in one statement. */
const accountsAtOnce = 500;
const rowsAtOnce = 1_000;

export type RetentionParts = { batch: Pool; keys: KeyRing; now: () => Date; logger: Logger };

/** P18: rows are kept for 90 days. Deleted in small steps, account by account along the primary key; safe beside other replicas. */
export class LogRetention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> | undefined;

  constructor(private readonly parts: RetentionParts) {}

  /** Every hour. */
  start(): void {
    this.timer = setInterval(() => {
      this.running = this.prune().catch((error: unknown) =>
        this.parts.logger.warn({ error }, 'old rows of the provisioning log are still there; trying again in an hour'),
      );
    }, hour);
    this.timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** @returns how many rows were deleted. */
  async prune(): Promise<number> {
    const before = firstIdAt(new Date(this.parts.now().getTime() - keptDays * day));
    let deleted = 0;
    for (let after = nobody; ;) {
      const { rows } = await this.parts.batch.query<{ account_id: string }>(
        'select account_id from own.accounts where account_id > $1 order by account_id limit $2',
        [after, accountsAtOnce],
      );
      const last = rows.at(-1);
      if (!last) return deleted;
      after = last.account_id;
      const accounts = rows.map((row) => row.account_id);
      for (let step = rowsAtOnce; step === rowsAtOnce; deleted += step) step = await this.deleteSome(accounts, before);
    }
  }

  /** The key of a row about nobody who is here goes with the row. */
  private async deleteSome(accounts: string[], before: string): Promise<number> {
    const { rows } = await this.parts.batch.query<{ key_id: string | null }>(
      `delete from own.provisioning_log l using (
         select o.account_id, o.entry_id from unnest($1::uuid[]) a(id) cross join lateral (
           select account_id, entry_id from own.provisioning_log where account_id = a.id and entry_id < $2
           order by entry_id limit $3 for update skip locked) o limit $3) old
       where l.account_id = old.account_id and l.entry_id = old.entry_id
       returning case when l.user_id is null then l.key_id end as key_id`,
      [accounts, before, rowsAtOnce],
    );
    await this.parts.keys.destroy(rows.flatMap((row) => row.key_id ?? []));
    return rows.length;
  }
}

const nobody = '00000000-0000-0000-0000-000000000000';
