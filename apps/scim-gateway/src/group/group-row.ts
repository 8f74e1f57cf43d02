import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Group } from './group.decider.js';

/** A row of own.groups as JSON shows it. */
export type GroupRow = {
  group_id: string;
  stream_version: number;
  display_name: string;
  name_key: string;
  external_id: string | null;
  created_at: string;
  modified_at: string;
};

/** A group with what surrounds its state. */
export type KnownGroup = { group: Group; version: number; createdAt: string; modifiedAt: string };

export function fromRow(row: GroupRow): KnownGroup {
  const { group_id: groupId, display_name: displayName, external_id: externalId } = row;
  return {
    group: { status: 'there', groupId, displayName, externalId },
    version: row.stream_version,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}

/** The row is exactly the fold of the group's events; none for a group that is gone. */
export function toRows({ group, version, createdAt, modifiedAt }: KnownGroup): GroupRow[] {
  if (group.status === 'unknown') return [];
  return [
    {
      group_id: group.groupId,
      stream_version: version,
      display_name: group.displayName,
      name_key: foldKey(group.displayName),
      external_id: group.externalId,
      created_at: createdAt,
      modified_at: modifiedAt,
    },
  ];
}
