import { readEvent, type Envelope, type GroupEvent } from '@bitabiz/event-contracts';
import type { PoolClient } from 'pg';
import { evolve, initial } from '../group/group.decider.js';
import { toRows, type GroupRow, type KnownGroup } from '../group/group-row.js';

/** A group and who is in it, as their events tell it. */
export type FoldedGroup = KnownGroup & { members: Set<string> };

export function addToGroup(groups: Map<string, FoldedGroup>, envelope: Envelope): void {
  const groupId = envelope.subject.slice('group/'.length);
  const event = readEvent<GroupEvent>(envelope);
  const known = groups.get(groupId);
  const members = known?.members ?? new Set();
  if (event.type === 'GroupMembersChanged') {
    for (const userId of event.data.removed) members.delete(userId);
    for (const userId of event.data.added) members.add(userId);
  }
  if (event.type === 'GroupDeleted') members.clear();
  groups.set(groupId, {
    group: evolve(known?.group ?? initial, event),
    version: envelope.streamversion,
    createdAt: known?.createdAt ?? envelope.time,
    modifiedAt: envelope.time,
    members,
  });
}

/** What store.write_rows makes of all groups, where there are no rows yet. */
export const groupRowsOf = (groups: Map<string, FoldedGroup>): object => ({
  rows: [...groups.values()].flatMap(toRows),
  joined: Object.fromEntries([...groups].map(([groupId, { members }]) => [groupId, [...members]])),
});

/** Compares the rows of an account's groups and memberships with the fold. */
export async function compareGroups(
  tx: PoolClient,
  accountId: string,
  groups: Map<string, FoldedGroup>,
  differ: (what: string, expected: unknown, actual: unknown) => void,
): Promise<void> {
  const { rows } = await tx.query<{ row: GroupRow }>(
    `select to_jsonb(g) - 'account_id' as row from own.groups g where account_id = $1`,
    [accountId],
  );
  const actual = new Map(rows.map(({ row }) => [row.group_id, shown(row)]));
  const memberships = await tx.query<{ group_id: string; user_id: string }>(
    'select group_id, user_id from own.group_members where account_id = $1',
    [accountId],
  );
  const inGroup = Map.groupBy(memberships.rows, (row) => row.group_id);
  for (const groupId of new Set([...groups.keys(), ...actual.keys(), ...inGroup.keys()])) {
    const known = groups.get(groupId);
    const [expected] = known ? toRows(known) : [];
    differ(`group ${groupId}`, expected && shown(expected), actual.get(groupId));
    const present = inGroup.get(groupId)?.map((row) => row.user_id) ?? [];
    differ(`members of group ${groupId}`, [...(known?.members ?? [])].toSorted(), present.toSorted());
  }
}

const shown = (row: GroupRow): object => ({
  ...row,
  created_at: new Date(row.created_at).toISOString(),
  modified_at: new Date(row.modified_at).toISOString(),
});
