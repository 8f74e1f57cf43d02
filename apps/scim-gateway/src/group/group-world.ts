import type { GroupEvent } from '@bitabiz/event-contracts';
import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Batch, NewEvent } from '@bitabiz/event-store';
import { isShown } from '../user/user-state.decider.js';
import type { Cause, Outside, World } from '../world.js';
import { decide, evolve, initial, type GroupCommand } from './group.decider.js';
import { fromRow, toRows, type KnownGroup } from './group-row.js';
import type { KnownGroups } from './known-groups.query.js';

/** The groups of an account as a batch of commands sees them: what was read, overlaid with what the batch itself has decided. */
export class GroupWorld {
  private readonly groups = new Map<string, KnownGroup & { readVersion: number }>();
  private readonly byName = new Map<string, string>();
  private readonly users = new Map<string, string>();
  /** Who is known to be in a group: those that were asked for. */
  private readonly members = new Map<string, Set<string>>();
  /** What the batch makes of memberships: true joins, false leaves. */
  private readonly moves = new Map<string, Map<string, boolean>>();
  private readonly changed = new Set<string>();
  private readonly leavers: string[] = [];
  private readonly events: NewEvent[] = [];

  constructor(
    known: KnownGroups,
    private readonly people: Pick<World, 'user'>,
    private readonly outside: Outside,
  ) {
    for (const row of known.groups ?? []) {
      this.groups.set(row.group_id, { ...fromRow(row), readVersion: row.stream_version });
      this.byName.set(row.name_key, row.group_id);
    }
    for (const { group_id, user_id } of known.members ?? []) this.membersOf(group_id).add(user_id);
    for (const { group_id, scim_id, user_id, member } of known.mentioned ?? []) {
      this.users.set(scim_id, user_id);
      if (member) this.membersOf(group_id).add(user_id);
    }
  }

  group(groupId: string): KnownGroup {
    return this.groups.get(groupId) ?? { group: initial, version: 0, createdAt: '', modifiedAt: '' };
  }

  /** Which of the members that were asked for are in the group. */
  membersOf(groupId: string): Set<string> {
    const known = this.members.get(groupId) ?? new Set();
    this.members.set(groupId, known);
    return known;
  }

  /** @returns the group that has this name, in any case; undefined: it is free, as far as is known. */
  holderOf(displayName: string): string | undefined {
    return this.byName.get(foldKey(displayName));
  }

  /** @returns the employee behind the id that SCIM shows; undefined for nobody, and for who is hidden by this batch (P10, P13). */
  userIdOf(scimId: string): string | undefined {
    const userId = this.users.get(scimId);
    const user = userId === undefined ? undefined : this.people.user(userId).user;
    return !user || user.status === 'unknown' || isShown(user) ? userId : undefined;
  }

  /** Decides one command and keeps what comes of it. @throws Refused from the rules, and then nothing is kept. */
  carryOut(groupId: string, command: GroupCommand, cause: Cause): GroupEvent[] {
    const before = this.group(groupId);
    const events = decide(command, before.group);
    if (events.length === 0) return events;
    const now = this.outside.now();
    let { group, version } = before;
    for (const event of events) {
      group = evolve(group, event);
      version += 1;
      const { type, data } = event;
      this.events.push({ id: this.outside.newId(), stream: `group/${groupId}`, type, data, time: now, ...cause });
      if (event.type === 'GroupMembersChanged') this.move(groupId, event.data);
    }
    const modifiedAt = now.toISOString();
    const readVersion = this.groups.get(groupId)?.readVersion ?? 0;
    this.groups.set(groupId, { group, version, readVersion, createdAt: before.createdAt || modifiedAt, modifiedAt });
    this.changed.add(groupId);
    if (before.group.status === 'there') this.byName.delete(foldKey(before.group.displayName));
    if (group.status === 'there') this.byName.set(foldKey(group.displayName), groupId);
    else this.moves.delete(groupId);
    return events;
  }

  /** An employee is deleted, detached or erased, and leaves every group (P10). */
  leave(userId: string, cause: Cause): void {
    this.leavers.push(userId);
    for (const [groupId, members] of this.members) {
      const here = members.has(userId) && this.group(groupId).group.status === 'there';
      if (here) this.carryOut(groupId, { type: 'DropMember', data: { userId } }, cause);
    }
  }

  /** What was decided, beside what was decided about people. */
  addTo(batch: Batch): Batch {
    if (this.groups.size === 0 && this.leavers.length === 0) return batch;
    const reads = [...this.groups].map(([id, { readVersion }]) => ({ stream: `group/${id}`, version: readVersion }));
    return {
      ...batch,
      reads: [...batch.reads, ...reads],
      events: [...batch.events, ...this.events],
      rows: (keyIds) => ({ ...(batch.rows?.(keyIds) as object | undefined), groups: this.rows() }),
    };
  }

  private rows(): object {
    const changed = [...this.changed].map((id) => ({ id, known: this.group(id) }));
    const moved = (joins: boolean) =>
      Object.fromEntries(
        [...this.moves].map(([id, moves]) => [
          id,
          [...moves].flatMap(([who, joined]) => (joined === joins ? who : [])),
        ]),
      );
    return {
      rows: changed.flatMap(({ known }) => toRows(known)),
      gone: changed.flatMap(({ id, known }) => (known.group.status === 'unknown' ? [id] : [])),
      joined: moved(true),
      left: moved(false),
      leavers: this.leavers,
    };
  }

  private move(groupId: string, { added, removed }: { added: readonly string[]; removed: readonly string[] }): void {
    const members = this.membersOf(groupId);
    const moves = this.moves.get(groupId) ?? new Map<string, boolean>();
    this.moves.set(groupId, moves);
    const note = (userId: string, joins: boolean) => {
      // Back to what is stored: nothing to write.
      if (moves.get(userId) === !joins) moves.delete(userId);
      else moves.set(userId, joins);
    };
    for (const userId of removed) if (members.delete(userId)) note(userId, false);
    for (const userId of added) {
      members.add(userId);
      note(userId, true);
    }
  }
}
