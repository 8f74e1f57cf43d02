import { plainArray, textArray } from '@bitabiz/service-kit/sql-arrays';
import { Together } from '@bitabiz/service-kit/together';
import type { Pool } from 'pg';
import type { ListQuery } from '../scim/list.js';
import type { Remembered } from '../remembered.js';
import { readPage, type Page } from '../scim/page.js';
import type { Searches } from '../scim/searches.js';
import { userTable } from '../scim/table.js';
import { placed, slicesOf, type Found } from './slices.js';
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

/** Rows by column; null where there is none. */
type Columns<Row> = { [Name in keyof Row]-?: Row[Name][] | null };

const rowsOf = (page: Columns<ShownUser>): ShownUser[] =>
  (page.scim_id ?? []).map((scim_id, at) => ({
    scim_id,
    stream_version: page.stream_version?.[at] as number,
    active: page.active?.[at] as boolean,
    external_id: page.external_id?.[at] ?? null,
    manager_ref: page.manager_ref?.[at] ?? null,
    manager_gone: page.manager_gone?.[at] as boolean,
    created_at: page.created_at?.[at] as string,
    modified_at: page.modified_at?.[at] as string,
    values: page.values?.[at] as ShownUser['values'],
  }));

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
    const { condition } = query;
    if (condition?.is === 'eq' && matching.has(condition.column) && query.startIndex === 1 && !query.cursor) {
      const users = await this.byKey.ask([accountId, condition.column, String(condition.key)]);
      // Nearly always; several people who share an e-mail or external id are a list like any other.
      if (users.length <= 1) return { rows: users.slice(0, query.count), total: users.length };
    }
    return isWhole(query) ? this.all(accountId, query) : this.page(accountId, query);
  }

  /** One round trip for all who ask at the same time. */
  private async find(wanted: [account: string, scimId: string][]): Promise<(FoundUser | undefined)[]> {
    const slices = slicesOf(wanted, ([account]) => account);
    const { rows } = await this.pool.query<Found<FoundUser>>({
      name: 'find-users',
      text: `select s.n, own.find_users(account, ($4::uuid[])[first:last]) as users
        from unnest($1::uuid[], $2::int[], $3::int[]) with ordinality s(account, first, last, n)`,
      values: [
        plainArray(slices.heads.map(([account]) => account)),
        plainArray(slices.firsts),
        plainArray(slices.lasts),
        plainArray(slices.calls.map(([, id]) => id)),
      ],
    });
    return placed(rows, slices).map(([user], index) => {
      this.noteFor(wanted[index]?.[0] as string, user);
      return user;
    });
  }

  /** The query that Entra sends most, in the same way. @returns of several people two. */
  private async match(wanted: [account: string, column: string, key: string][]): Promise<FoundUser[][]> {
    const slices = slicesOf(wanted, ([account, column]) => `${account} ${column}`);
    const { rows } = await this.pool.query<Found<FoundUser>>({
      name: 'match-users',
      text: `select s.n, own.matching_users(account, col, ($5::text[])[first:last]) as users
        from unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) with ordinality s(account, col, first, last, n)`,
      values: [
        plainArray(slices.heads.map(([account]) => account)),
        plainArray(slices.heads.map(([, column]) => column)),
        plainArray(slices.firsts),
        plainArray(slices.lasts),
        textArray(slices.calls.map(([, , key]) => key)),
      ],
    });
    const found = placed(rows, slices);
    found.forEach((users, index) => {
      if (users.length === 1) this.noteFor(wanted[index]?.[0] as string, users[0]);
    });
    return found;
  }

  /** Entra reads a user, then changes it. */
  private noteFor(accountId: string, user: FoundUser | null | undefined): void {
    if (user) this.remembered.learn(accountId, { account: null, users: [user] });
  }

  /** Without a filter nothing is counted, so that a page costs the same in a large account. */
  private async all(accountId: string, { startIndex, count }: ListQuery): Promise<Page<ShownUser>> {
    const { rows } = await this.pool.query<{ total: string } & Columns<ShownUser>>({
      name: 'page-of-users',
      text: 'select * from own.page_of_users($1, $2, $3)',
      values: [accountId, startIndex, count],
    });
    const [page] = rows;
    return { rows: page ? rowsOf(page) : [], total: Number(page?.total ?? 0) };
  }

  private page(accountId: string, query: ListQuery): Promise<Page<ShownUser>> {
    const from = `own.users u where u.account_id = $1 and u.status <> 'released' and not u.detached`;
    const row =
      '(select to_jsonb(s) from own.shown_users s where s.account_id = u.account_id and s.user_id = u.user_id)';
    return this.searches.in(accountId, (tx) => readPage(tx, { table: userTable, from, row, accountId }, query));
  }
}
