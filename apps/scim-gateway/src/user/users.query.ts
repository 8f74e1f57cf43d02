import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool } from 'pg';
import { conditionOf } from '../scim/filter.condition.js';
import { compileFilter } from '../scim/filter.sql.js';
import type { ListQuery } from '../scim/list.js';
import type { UserRow } from './user-row.js';

export type ShownUser = UserRow & { manager_gone?: boolean };
export type UserPage = { users: ShownUser[]; total: number };

const matching = new Set(['userName', 'email', 'externalId']);

/** SCIM's reads of an account's users; released ones are gone (P10), inactive ones are there (entra.md 1.3). */
export class Users {
  constructor(private readonly pool: Pool) {}

  async get(accountId: string, scimId: string): Promise<ShownUser | undefined> {
    const { rows } = await this.pool.query<{ row: ShownUser | null }>({
      name: 'find-user',
      text: 'select own.find_user($1, $2) as row',
      values: [accountId, scimId],
    });
    return rows[0]?.row ?? undefined;
  }

  async list(accountId: string, query: ListQuery): Promise<UserPage> {
    const condition = query.filter && conditionOf(query.filter);
    if (condition?.is === 'eq' && matching.has(condition.column) && query.startIndex === 1) {
      const users = await this.match(accountId, condition.column, String(condition.key));
      return { users: users.slice(0, query.count), total: users.length };
    }
    return this.page(accountId, query);
  }

  /** One round trip for the query that Entra sends most. */
  private async match(accountId: string, column: string, key: string): Promise<ShownUser[]> {
    const { rows } = await this.pool.query<{ row: ShownUser }>({
      name: 'match-users',
      text: 'select own.match_users($1, $2, $3) as row',
      values: [accountId, column, key],
    });
    return rows.map(({ row }) => row);
  }

  private page(accountId: string, { filter, orderBy, startIndex, count }: ListQuery): Promise<UserPage> {
    const condition = filter ? compileFilter(filter, 2) : { sql: 'true', params: [] };
    const from = `from own.users u where u.account_id = $1 and u.status <> 'released' and ${condition.sql}`;
    const values = [accountId, ...condition.params];
    return inAccount(this.pool, accountId, async (tx) => {
      const { rows } =
        count === 0
          ? { rows: [] }
          : await tx.query<{ row: ShownUser }>(
              `select to_jsonb(u) as row ${from} order by ${orderBy} limit ${count} offset ${startIndex - 1}`,
              values,
            );
      const users = rows.map(({ row }) => row);
      if (startIndex === 1 && count > 0 && users.length < count) return { users, total: users.length };
      const { rows: counted } = await tx.query<{ n: string }>(`select count(*) as n ${from}`, values);
      return { users, total: Number(counted[0]?.n ?? 0) };
    });
  }
}
