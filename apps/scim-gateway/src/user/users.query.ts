import { Together } from '@bitabiz/service-kit/together';
import type { Pool } from 'pg';
import { resolved, userLeaves } from '../scim/filter.condition.js';
import type { ListQuery } from '../scim/list.js';
import type { Remembered } from '../remembered.js';
import { readPage, type Page } from '../scim/page.js';
import type { Searches } from '../scim/searches.js';
import { userTable } from '../scim/table.js';
import type { UserRow } from './user-row.js';

/** What SCIM's answers are made of. */
export type ShownUser = Pick<
  UserRow,
  | 'scim_id'
  | 'stream_version'
  | 'active'
  | 'external_id'
  | 'manager_ref'
  | 'manager_gone'
  | 'created_at'
  | 'modified_at'
  | 'values'
> &
  // A page of everybody goes without.
  Partial<Pick<UserRow, 'user_id' | 'key_id'>>;
type FoundUser = UserRow & ShownUser;

const isWhole = ({ filter, order, cursor }: ListQuery): boolean =>
  filter === undefined && order.column === undefined && cursor === undefined;

const matching = new Set(['userName', 'email', 'externalId']);

/** SCIM's reads of an account's users; released and detached ones are gone (P10, P13), inactive ones are there (entra.md 1.3). */
export class Users {
  private readonly byId: Together<[account: string, scimId: string], FoundUser | undefined>;
  private readonly byKey: Together<[account: string, column: string, key: string], FoundUser[]>;

  constructor(
    private readonly pool: Pool,
    private readonly remembered: Remembered,
    private readonly searches: Searches,
  ) {
    this.byId = new Together((wanted) => this.find(wanted), { most: 32 });
    this.byKey = new Together((wanted) => this.match(wanted), { most: 32 });
  }

  get(accountId: string, scimId: string): Promise<ShownUser | undefined> {
    return this.byId.ask([accountId, scimId]);
  }

  async list(accountId: string, query: ListQuery): Promise<Page<ShownUser>> {
    const condition = query.filter && resolved(query.filter, query.leaves ?? userLeaves);
    if (condition?.is === 'eq' && matching.has(condition.column) && query.startIndex === 1 && !query.cursor) {
      const users = await this.byKey.ask([accountId, condition.column, String(condition.key)]);
      // Nearly always; several people who share an e-mail or external id are a list like any other.
      if (users.length <= 1) return { rows: users.slice(0, query.count), total: users.length };
    }
    return isWhole(query) ? this.all(accountId, query) : this.page(accountId, query);
  }

  /** One round trip for all who ask at the same time; the function sets the account of each before it looks. */
  private async find(wanted: [account: string, scimId: string][]): Promise<(FoundUser | undefined)[]> {
    const { rows } = await this.pool.query<{ n: string; row: FoundUser | null }>({
      name: 'find-users',
      text: `select n, own.find_user(account, id) as row from unnest($1::uuid[], $2::uuid[]) with ordinality w(account, id, n)`,
      values: [wanted.map(([account]) => account), wanted.map(([, id]) => id)],
    });
    const found = new Map(rows.map(({ n, row }) => [Number(n), row]));
    wanted.forEach(([accountId], index) => this.noteFor(accountId, found.get(index + 1)));
    return wanted.map((_, index) => found.get(index + 1) ?? undefined);
  }

  /** The query that Entra sends most, in the same way. @returns of several people two. */
  private async match(wanted: [account: string, column: string, key: string][]): Promise<FoundUser[][]> {
    const { rows } = await this.pool.query<{ n: string; users: FoundUser[] | null }>({
      name: 'match-users',
      text: `select n, own.matching_users(account, col, key) as users
        from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality w(account, col, key, n)`,
      values: [0, 1, 2].map((column) => wanted.map((each) => each[column])),
    });
    const found = new Map(rows.map(({ n, users }) => [Number(n), users ?? []]));
    return wanted.map(([accountId], index) => {
      const users = found.get(index + 1) ?? [];
      if (users.length === 1) this.noteFor(accountId, users[0]);
      return users;
    });
  }

  /** Entra reads a user, then changes it. */
  private noteFor(accountId: string, user: FoundUser | null | undefined): void {
    if (user) this.remembered.learn(accountId, { account: null, users: [user] });
  }

  /** Without a filter nothing is counted, so that a page costs the same in a large account. */
  private async all(accountId: string, { startIndex, count }: ListQuery): Promise<Page<ShownUser>> {
    const { rows } = await this.pool.query<{ total: string; users: ShownUser[] | null }>({
      name: 'list-users',
      text: 'select total, users from own.list_users($1, $2, $3)',
      values: [accountId, startIndex, count],
    });
    return { rows: rows[0]?.users ?? [], total: Number(rows[0]?.total ?? 0) };
  }

  private page(accountId: string, query: ListQuery): Promise<Page<ShownUser>> {
    const from = `own.users u where u.account_id = $1 and u.status <> 'released' and not u.detached`;
    const row =
      '(select to_jsonb(s) from own.shown_users s where s.account_id = u.account_id and s.user_id = u.user_id)';
    return this.searches.in(accountId, (tx) => readPage(tx, { table: userTable, from, row, accountId }, query));
  }
}
