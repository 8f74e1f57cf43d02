import { profileFields, type Origin, type Profile, type UserEvent } from '@bitabiz/event-contracts';
import type { Employee } from './user-state.decider.js';

/** What an employee shall look like. An absent profile field shall not be set. */
export type Wanted = {
  userName: string;
  email: string;
  profile: Profile;
  externalId?: string | null;
  manager?: string | null;
};

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The events between an employee and what is wanted; none when nothing differs. External id and manager left out stay. */
export function changesBetween(
  user: Employee,
  wanted: Wanted,
  origin: Origin,
  found: 'id' | 'userName' | 'email' = 'id',
): UserEvent[] {
  const { userId } = user;
  const events: UserEvent[] = [];
  if (wanted.userName !== user.userName || wanted.email !== user.email) {
    const from = { userName: user.userName, email: user.email };
    events.push({
      type: 'UserLoginChanged',
      data: { userId, origin, from, to: { userName: wanted.userName, email: wanted.email } },
    });
  }
  const changes = profileChanges(user.profile, wanted.profile);
  if (Object.keys(changes).length > 0) events.push({ type: 'UserProfileChanged', data: { userId, origin, changes } });
  const { externalId, manager } = wanted;
  if (externalId !== undefined && externalId !== user.externalId) {
    // Found by e-mail while both ids are GUIDs and differ: perhaps a namesake, so the old sign-in link is not carried over (P6).
    const namesake = found === 'email' && guid.test(user.externalId ?? '') && guid.test(externalId ?? '');
    events.push({
      type: 'ExternalIdChanged',
      data: { userId, from: user.externalId, to: externalId, relink: !namesake },
    });
  }
  if (manager !== undefined && manager !== user.manager) {
    events.push({ type: 'ManagerChanged', data: { userId, from: user.manager, to: manager } });
  }
  return events;
}

type Changes = Extract<UserEvent, { type: 'UserProfileChanged' }>['data']['changes'];

function profileChanges(before: Profile, after: Profile): Changes {
  const changes: Changes = {};
  for (const field of profileFields) {
    if (before[field] !== after[field]) changes[field] = { from: before[field] ?? null, to: after[field] ?? null };
  }
  return changes;
}
