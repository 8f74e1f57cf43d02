import type { Pool, PoolClient } from 'pg';
import { ScimError } from '../scim/error.js';
import { groupTable } from '../scim/group.names.js';
import type { ListQuery } from '../scim/list.js';
import { readPage, type Page } from '../scim/page.js';
import type { Searches } from '../scim/searches.js';
import type { GroupRow } from './group-row.js';

/** `members` are SCIM ids; null where they were not asked for. */
export type ShownGroup = GroupRow & { members: string[] | null };

/** A list shows so many members at most, over all of its groups; a single group is shown whole. */
const mostMembers = 50_000;

/** SCIM's reads of an account's groups. Members are read only where they are shown. */
export class Groups {
  constructor(
    private readonly pool: Pool,
    private readonly searches: Searches,
  ) {}

  async get(accountId: string, groupId: string, members: boolean): Promise<ShownGroup | undefined> {
    const { rows } = await this.pool.query<{ row: ShownGroup | null }>({
      name: 'find-group',
      text: 'select own.find_group($1, $2, $3) as row',
      values: [accountId, groupId, members],
    });
    return rows[0]?.row ?? undefined;
  }

  /** @throws ScimError 400 tooMany (RFC 7644 section 3.12) when the page would show more members than a list does. */
  list(accountId: string, query: ListQuery, members: boolean): Promise<Page<ShownGroup>> {
    const [from, row] = ['own.groups g where g.account_id = $1', 'to_jsonb(g)'];
    return this.searches.in(accountId, async (tx) => {
      const page = await readPage<GroupRow>(tx, { table: groupTable, from, row, accountId }, query);
      const inGroup = members ? await membersOf(tx, accountId, page.rows) : undefined;
      return { ...page, rows: page.rows.map((row) => ({ ...row, members: inGroup?.get(row.group_id) ?? null })) };
    });
  }
}

async function membersOf(tx: PoolClient, accountId: string, groups: GroupRow[]): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ group_id: string; scim_id: string }>(
    `select m.group_id, u.scim_id from unnest($2::uuid[]) with ordinality g(id, n)
     cross join lateral (select group_id, user_id from own.group_members where account_id = $1 and group_id = g.id offset 0) m
     cross join lateral (select scim_id from own.users where account_id = $1 and user_id = m.user_id limit 1) u
     limit ${mostMembers + 1}`,
    [accountId, groups.map((group) => group.group_id)],
  );
  if (rows.length > mostMembers) {
    const sentence = `These groups have more than ${mostMembers} members together: ask with excludedAttributes=members, or for fewer groups (count)`;
    throw new ScimError(400, 'tooMany', sentence, { code: 'group.tooManyMembers' });
  }
  return new Map(
    [...Map.groupBy(rows, (row) => row.group_id)].map(([id, found]) => [id, found.map((row) => row.scim_id)]),
  );
}
