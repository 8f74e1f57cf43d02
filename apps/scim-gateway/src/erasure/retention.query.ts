import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import { requireAccount } from '../account/accounts.query.js';
import { dueBefore } from './due.js';
import { countDue, dueEmployees, type DueEmployee } from './due.query.js';

export type RetentionView = { eraseInactiveAfterMonths: number | null };

export type RetentionPreview = RetentionView & {
  /** Whoever left before this day would be erased now; null: nobody. */
  terminatedBefore: string | null;
  count: number;
  employees: DueEmployee[];
  nextCursor: string | null;
};

export type PreviewQuery = { months?: number | undefined; cursor?: string | undefined; limit: number };

/** How long an account keeps inactive employees, and who would go now (P20). */
export class Retention {
  constructor(
    private readonly app: Pool,
    private readonly now: () => Date,
  ) {}

  /** @throws Refused `account.unknown`. */
  of(accountId: string): Promise<RetentionView> {
    return inAccount(this.app, accountId, async (tx) => {
      const { state } = await requireAccount(tx, accountId);
      return { eraseInactiveAfterMonths: state.retentionMonths ?? null };
    });
  }

  /** @param query `months`: another number than the account's, to see what it would do. @throws Refused `account.unknown`. */
  preview(accountId: string, { months, cursor, limit }: PreviewQuery): Promise<RetentionPreview> {
    return inAccount(this.app, accountId, async (tx) => {
      const { state } = await requireAccount(tx, accountId);
      const view = { eraseInactiveAfterMonths: months ?? state.retentionMonths ?? null };
      const before = dueBefore(state, this.now(), months);
      if (before === undefined) return { ...view, terminatedBefore: null, count: 0, employees: [], nextCursor: null };
      const found = await dueEmployees(tx, { accountId, before, after: cursor, limit: limit + 1 });
      const employees = found.slice(0, limit);
      const nextCursor = found.length > limit ? (employees.at(-1)?.id ?? null) : null;
      return { ...view, terminatedBefore: before, count: await countDue(tx, accountId, before), employees, nextCursor };
    });
  }
}
