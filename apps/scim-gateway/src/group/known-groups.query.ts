import type { Pool } from 'pg';
import type { GroupRow } from './group-row.js';

/** What a batch of commands asks of groups. Ids of users are those that SCIM shows. */
export type GroupNeeds = {
  groups: string[];
  names: string[];
  /** Groups all of whose members must be known. */
  whole: string[];
  mentioned: { groupId: string; scimId: string }[];
  /** Employees who may be deleted by the batch, by either id: they leave their groups (P10). */
  leavers: { userIds: string[]; scimIds: string[] };
};

/** One row of own.known_groups(). */
export type KnownGroups = {
  groups: GroupRow[] | null;
  mentioned: { group_id: string; scim_id: string; user_id: string; member: boolean }[] | null;
  members: { group_id: string; user_id: string }[] | null;
};

const nothing: KnownGroups = { groups: null, mentioned: null, members: null };

export const noNeeds: GroupNeeds = {
  groups: [],
  names: [],
  whole: [],
  mentioned: [],
  leavers: { userIds: [], scimIds: [] },
};

/** Reads what a batch needs to know of groups in one round trip; in none when it needs nothing, as nearly always. */
export class KnownGroupsQuery {
  constructor(private readonly pool: Pool) {}

  async read(accountId: string, needs: readonly GroupNeeds[]): Promise<KnownGroups> {
    if (needs.length === 0) return nothing;
    const all = <T>(of: (each: GroupNeeds) => T[]) => [...new Set(needs.flatMap(of))];
    const mentioned = needs.flatMap((each) => each.mentioned);
    const { rows } = await this.pool.query<KnownGroups>({
      name: 'known-groups',
      text: 'select groups, mentioned, members from own.known_groups($1, $2, $3, $4, $5, $6, $7, $8)',
      values: [
        accountId,
        all((each) => each.groups),
        all((each) => each.names),
        all((each) => each.whole),
        mentioned.map(({ groupId }) => groupId),
        mentioned.map(({ scimId }) => scimId),
        all((each) => each.leavers.userIds),
        all((each) => each.leavers.scimIds),
      ],
    });
    return rows[0] ?? nothing;
  }
}
