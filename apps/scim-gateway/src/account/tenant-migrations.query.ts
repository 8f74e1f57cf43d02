import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool, PoolClient } from 'pg';
import { requireAccount } from './accounts.query.js';
import type { TenantMigration } from './tenant-migration.decider.js';

/** Matched: who was here and was found; new: whom nobody's name matched; unmatched: active AD users of whom the new tenant wrote nothing. */
export const lists = ['matched', 'new', 'unmatched'] as const;
export type List = (typeof lists)[number];

export type MigrationReport = {
  migration: (TenantMigration & { status: 'open' | 'completed' }) | null;
  counts: Record<List, number>;
  list: List;
  employees: ReportedEmployee[];
  nextCursor: string | null;
};

type ReportedEmployee = {
  id: string;
  scimId: string;
  userName: string;
  email: string;
  externalId: string | null;
  active: boolean;
  /** Null for who is not matched. */
  matchedAt: Date | null;
  /** Null for who is new, and who is not matched. */
  matchedBy: 'id' | 'userName' | 'email' | null;
};

/** `m` is the migration and its end. Whoever came afterwards has nothing to do with it. */
const conditions: Readonly<Record<List, string>> = {
  matched: 'u.migration_id = m.id and u.matched_by is not null',
  new: 'u.migration_id = m.id and u.matched_by is null',
  unmatched:
    'u.active and u.ad_user and u.migration_id is distinct from m.id and u.created_at <= coalesce(m.ended, u.created_at)',
};

/** How an account's last move to a new Entra tenant stands (P14). Persons are looked up as they are now; who was erased is not in it (P20). */
export class TenantMigrations {
  constructor(private readonly app: Pool) {}

  /**
   * @param after where the page before ended.
   * @returns `migration` is null and everybody is in no list while there never was one.
   * @throws Refused `account.unknown`.
   */
  report(accountId: string, list: List, limit: number, after?: string): Promise<MigrationReport> {
    return inAccount(this.app, accountId, async (tx) => {
      const migration = (await requireAccount(tx, accountId)).state.tenantMigration;
      if (!migration) return { migration: null, counts: { matched: 0, new: 0, unmatched: 0 }, list, ...nobody };
      const values = [accountId, migration.migrationId, migration.completedAt];
      const status = migration.completedAt === null ? 'open' : 'completed';
      return {
        migration: { ...migration, status },
        counts: await countsOf(tx, values),
        list,
        ...(await pageOf(tx, values, list, limit, after)),
      };
    });
  }
}

const users = 'own.users u cross join (select $2::uuid as id, $3::timestamptz as ended) m where u.account_id = $1';
const nobody = { employees: [], nextCursor: null };

async function countsOf(tx: PoolClient, values: unknown[]): Promise<Record<List, number>> {
  const counts = lists.map((list) => `count(*) filter (where ${conditions[list]})::int as "${list}"`);
  const text = `select ${counts.join(', ')} from ${users}`;
  const { rows } = await tx.query<Record<List, number>>(text, values);
  return rows[0] as Record<List, number>;
}

async function pageOf(tx: PoolClient, values: unknown[], list: List, limit: number, after = noId) {
  const { rows } = await tx.query<ReportedEmployee>(
    `select u.user_id as id, u.scim_id as "scimId", u."values"->>'userName' as "userName", u."values"->>'email' as email,
        u.external_id as "externalId", u.active, case when u.migration_id = m.id then u.matched_at end as "matchedAt",
        case when u.migration_id = m.id then u.matched_by end as "matchedBy"
      from ${users} and ${conditions[list]} and u.user_id > $4 order by u.user_id limit $5`,
    [...values, after, limit + 1],
  );
  const employees = rows.slice(0, limit);
  return { employees, nextCursor: rows.length > limit ? (employees.at(-1)?.id ?? null) : null };
}

const noId = '00000000-0000-0000-0000-000000000000';
