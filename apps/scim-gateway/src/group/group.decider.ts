import type { GroupEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';

/** What the rules read of a group (P17). Who is in it comes with the command: a group may have very many members. */
export type Group =
  { status: 'unknown' } | { status: 'there'; groupId: string; displayName: string; externalId: string | null };

/** What the group shall be called. `holder`: another group of the account that has this name already. */
type Named = { displayName: string; externalId: string | null; holder?: string | undefined };

/** Employee ids; `added` are not in the group yet, `removed` are. */
export type MemberChange = { added: readonly string[]; removed: readonly string[] };

export type GroupCommand =
  | { type: 'CreateGroup'; data: { groupId: string } & Named & MemberChange }
  | { type: 'UpdateGroup'; data: Named & MemberChange }
  | { type: 'DropMember'; data: { userId: string } }
  | { type: 'DeleteGroup'; data: object };

export const initial: Group = { status: 'unknown' };

/** So many who come and as many who go stay well below the largest event that is stored. */
const idsPerEvent = 2_500;

/**
 * The events a command leads to; none when nothing changes, so a retry is safe.
 * @throws Refused `group.unknown`, `group.nameMissing`, `group.nameTaken`.
 */
export function decide(command: GroupCommand, group: Group): GroupEvent[] {
  if (command.type === 'CreateGroup') return create(command.data, group);
  if (group.status === 'unknown') throw new Refused('group.unknown', 'There is no such group', 'unknown');
  const { groupId } = group;
  switch (command.type) {
    case 'UpdateGroup':
      return update(command.data, group);
    case 'DropMember':
      return memberEvents(groupId, { added: [], removed: [command.data.userId] });
    case 'DeleteGroup':
      return [{ type: 'GroupDeleted', data: { groupId } }];
  }
}

/** A deleted group is as if it had never been: its id is not used again. */
export function evolve(group: Group, event: GroupEvent): Group {
  if (event.type === 'GroupCreated') return { status: 'there', ...event.data };
  if (group.status === 'unknown') return group;
  switch (event.type) {
    case 'GroupRenamed':
      return { ...group, displayName: event.data.to };
    case 'GroupExternalIdChanged':
      return { ...group, externalId: event.data.to };
    case 'GroupMembersChanged':
      return group;
    case 'GroupDeleted':
      return initial;
  }
}

function create(data: Extract<GroupCommand, { type: 'CreateGroup' }>['data'], group: Group): GroupEvent[] {
  if (group.status === 'there') return [];
  const { groupId, displayName, externalId } = data;
  requireName(data);
  return [{ type: 'GroupCreated', data: { groupId, displayName, externalId } }, ...memberEvents(groupId, data)];
}

function update(wanted: Named & MemberChange, group: Extract<Group, { status: 'there' }>): GroupEvent[] {
  requireName(wanted);
  const { groupId, displayName: from, externalId } = group;
  const events: GroupEvent[] = [];
  if (wanted.displayName !== from) {
    events.push({ type: 'GroupRenamed', data: { groupId, from, to: wanted.displayName } });
  }
  if (wanted.externalId !== externalId) {
    events.push({ type: 'GroupExternalIdChanged', data: { groupId, from: externalId, to: wanted.externalId } });
  }
  return [...events, ...memberEvents(groupId, wanted)];
}

function memberEvents(groupId: string, { added, removed }: MemberChange): GroupEvent[] {
  const events: GroupEvent[] = [];
  for (let at = 0; at < Math.max(added.length, removed.length); at += idsPerEvent) {
    const part = (ids: readonly string[]) => ids.slice(at, at + idsPerEvent);
    events.push({ type: 'GroupMembersChanged', data: { groupId, added: part(added), removed: part(removed) } });
  }
  return events;
}

function requireName({ displayName, holder }: Named): void {
  if (displayName.trim() === '') {
    const checks = [{ attribute: 'displayName', expected: 'a value that is not empty', received: null }];
    const sentence = 'A group needs a displayName: map it in Entra, or send one (RFC 7643 4.2)';
    throw new Refused('group.nameMissing', sentence, 'invalid', { checks });
  }
  if (holder === undefined) return;
  throw new Refused(
    'group.nameTaken',
    `The group ${holder} is called ${displayName.slice(0, 200)} already: use that one, or rename one of the two`,
    'conflict',
    {
      conflict: { attribute: 'displayName', holder },
      holder,
      checks: [
        {
          attribute: 'displayName',
          expected: `a name that no other group has; ${holder} has it`,
          received: displayName,
        },
      ],
    },
  );
}
