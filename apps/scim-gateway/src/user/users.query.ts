import { inAccount } from '@bitabiz/service-kit/database';
import { Together } from '@bitabiz/service-kit/together';
import type { Pool } from 'pg';
import { conditionOf } from '../scim/filter.condition.js';
import type { ListQuery } from '../scim/list.js';
import type { Remembered } from '../remembered.js';
import { readPage, type Page } from '../scim/page.js';
import { userTable } from '../scim/table.js';
import type { UserRow } from './user-row.js';

export type ShownUser = UserRow & { manager_gone?: boolean };

const matching = new Set(['userName', 'email', 'externalId']);

/** SCIM's reads of an account's users; released and detached ones are gone (P10, P13), inactive ones are there (entra.md 1.3). */
export class Users {
  private readonly byId: Together<[account: string, scimId: string], ShownUser | undefined>;
  private readonly byKey: Together<[account: string, column: string, key: string], ShownUser[]>;

  constructor(
    private readonly pool: Pool,
    private readonly remembered: Remembered,
  ) {
    this.byId = new Together((wanted) => this.find(wanted), { most: 32 });
    this.byKey = new Together((wanted) => this.match(wanted), { most: 32 });
  }

  get(accountId: string, scimId: string): Promise<ShownUser | undefined> {
    return this.byId.ask([accountId, scimId]);
  }

  async list(accountId: string, query: ListQuery): Promise<Page<ShownUser>> {
    const condition = query.filter && conditionOf(query.filter);
    if (condition?.is === 'eq' && matching.has(condition.column) && query.startIndex === 1 && !query.cursor) {
      const users = await this.byKey.ask([accountId, condition.column, String(condition.key)]);
      return { rows: users.slice(0, query.count), total: users.length };
    }
    return this.page(accountId, query);
  }

  /** One round trip for all who ask at the same time; the function sets the account of each before it looks. */
  private async find(wanted: [account: string, scimId: string][]): Promise<(ShownUser | undefined)[]> {
    const { rows } = await this.pool.query<{ n: string; row: ShownUser | null }>({
      name: 'find-users',
      text: `select n, own.find_user(account, id) as row from unnest($1::uuid[], $2::uuid[]) with ordinality w(account, id, n)`,
      values: [wanted.map(([account]) => account), wanted.map(([, id]) => id)],
    });
    const found = new Map(rows.map(({ n, row }) => [Number(n), row]));
    wanted.forEach(([accountId], index) => this.noteFor(accountId, found.get(index + 1)));
    return wanted.map((_, index) => found.get(index + 1) ?? undefined);
  }

  /** The query that Entra sends most, in the same way. */
  private async match(wanted: [account: string, column: string, key: string][]): Promise<ShownUser[][]> {
    const { rows } = await this.pool.query<{ n: string; row: ShownUser }>({
      name: 'match-users',
      text: `select n, row from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality w(account, col, key, n)
        cross join lateral own.match_users(account, col, key) row`,
      values: [0, 1, 2].map((column) => wanted.map((each) => each[column])),
    });
    const found = Map.groupBy(rows, ({ n }) => Number(n));
    return wanted.map(([accountId], index) => {
      const users = found.get(index + 1)?.map(({ row }) => row) ?? [];
      if (users.length === 1) this.noteFor(accountId, users[0]);
      return users;
    });
  }

  /** Entra reads a user, then changes it. */
  private noteFor(accountId: string, user: ShownUser | null | undefined): void {
    if (user) this.remembered.learn(accountId, { account: null, users: [user] });
  }

  private page(accountId: string, query: ListQuery): Promise<Page<ShownUser>> {
    const from = `own.users u where u.account_id = $1 and u.status <> 'released' and not u.detached`;
    return inAccount(this.pool, accountId, (tx) => readPage(tx, { table: userTable, from, accountId }, query));
  }
}
