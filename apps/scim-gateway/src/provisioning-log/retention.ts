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
      this.running = this.tidy().catch((error: unknown) =>
        this.parts.logger.warn({ error }, 'the provisioning log was not tidied; trying again in an hour'),
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
    const before = firstIdAt(this.ago(keptDays * day));
    let deleted = 0;
    for await (const accounts of this.accounts()) {
      await this.parts.batch.query(
        'delete from own.provisioning_activity where account_id = any($1::uuid[]) and minute < $2',
        [accounts, this.ago(keptDays * day)],
      );
      for (let step = rowsAtOnce; step === rowsAtOnce; deleted += step) step = await this.deleteSome(accounts, before);
    }
    return deleted;
  }

  /**
   * P20: another replica that had the key in its memory may have written of a person seconds after the erasure.
   * @returns how many rows lost what was in clear.
   */
  async clearErased(): Promise<number> {
    let cleared = 0;
    for await (const accounts of this.accounts()) {
      const { rowCount } = await this.parts.batch.query(
        `update own.provisioning_log l set user_name_key = null, external_id = null
         where account_id = any($1::uuid[]) and entry_id >= $2 and user_id is not null
           and (user_name_key is not null or external_id is not null)
           and not exists (select from own.users u where u.account_id = l.account_id and u.user_id = l.user_id)`,
        [accounts, firstIdAt(this.ago(2 * hour))],
      );
      cleared += rowCount ?? 0;
    }
    return cleared;
  }

  private async tidy(): Promise<void> {
    await this.prune();
    await this.clearErased();
  }

  private async *accounts(): AsyncGenerator<string[]> {
    for (let after: string | undefined = nobody; after !== undefined;) {
      const { rows }: { rows: { account_id: string }[] } = await this.parts.batch.query(
        'select account_id from own.accounts where account_id > $1 order by account_id limit $2',
        [after, accountsAtOnce],
      );
      if (rows.length > 0) yield rows.map((row) => row.account_id);
      after = rows.at(-1)?.account_id;
    }
  }

  private ago(ms: number): Date {
    return new Date(this.parts.now().getTime() - ms);
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
