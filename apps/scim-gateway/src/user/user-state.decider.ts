import type { Profile, UserEvent } from '@bitabiz/event-contracts';
import { foldKey } from '@bitabiz/event-contracts/fold';

/** What the rules read of an employee. Released: hard-deleted or deactivated by hand, the names belong to nobody (P10, P11). */
export type Card = {
  userId: string;
  scimId: string;
  adUser: boolean;
  /** The AD user mark was removed by hand (P13). */
  detached: boolean;
  userName: string;
  email: string;
  profile: Profile;
  externalId: string | null;
  manager: string | null;
  terminatedOn: string | null;
  /** How the new tenant first wrote about the employee during the last tenant migration that did so (P14); null: none ever did. */
  migrated: Migrated | null;
};

export type Migrated = { migrationId: string; matchedBy: 'id' | 'userName' | 'email' | null; at: string };

export type Employee = { status: 'active' | 'inactive' | 'released' } & Card;
export type User = { status: 'unknown' } | Employee | { status: 'erased'; userId: string };

export const initial: User = { status: 'unknown' };

export const isEmployee = (user: User): user is Employee => user.status !== 'unknown' && user.status !== 'erased';

/** Whom SCIM shows: nobody who was released (P10), erased or detached (P13). */
export const isShown = (user: User): user is Employee =>
  (user.status === 'active' || user.status === 'inactive') && !user.detached;

/**
 * The names that an employee holds against everybody else, nobody's once they are released (P8, P10), as claims know them: folded, and
 * once when both are one (P6). @param uniqueEmails false: the e-mail is held against nobody.
 */
export function keysHeld(user: User, uniqueEmails = true): string[] {
  if (user.status !== 'active' && user.status !== 'inactive') return [];
  const names = uniqueEmails ? [user.userName, user.email] : [user.userName];
  return [...new Set(names.map(foldKey))];
}

export function evolve(user: User, event: UserEvent): User {
  if (event.type === 'UserCreated') {
    const { userId, scimId, adUser, active, userName, email, profile, externalId, manager, terminatedOn } = event.data;
    const status = active ? 'active' : 'inactive';
    const card = { userId, scimId, adUser, userName, email, profile, externalId, manager, terminatedOn };
    return { status, ...card, detached: false, migrated: null };
  }
  if (event.type === 'UserErased') return { status: 'erased', userId: event.data.userId };
  return isEmployee(user) ? changed(user, event) : user;
}

type Change = Exclude<UserEvent, { type: 'UserCreated' | 'UserErased' }>;

function changed(user: Employee, event: Change): Employee {
  switch (event.type) {
    case 'UserAdopted':
      return { ...user, adUser: true, detached: false };
    case 'UserDetached':
      return { ...user, adUser: false, detached: true };
    case 'UserMigrated': {
      const { migrationId, matchedBy, at } = event.data;
      return { ...user, migrated: { migrationId, matchedBy, at } };
    }
    case 'UserProfileChanged':
      return { ...user, profile: withChanges(user.profile, event.data.changes) };
    case 'UserLoginChanged':
      return { ...user, ...event.data.to };
    case 'ExternalIdChanged':
      return { ...user, externalId: event.data.to };
    case 'ManagerChanged':
      return { ...user, manager: event.data.to };
    case 'UserSuspended':
      return { ...user, status: 'inactive', terminatedOn: event.data.terminatedOn };
    case 'UserReactivated':
      return { ...user, status: 'active', terminatedOn: null };
    case 'UserDeleted': {
      const { terminatedOn } = event.data;
      return { ...user, status: 'released', adUser: false, detached: false, externalId: null, terminatedOn };
    }
    case 'UserActivated': {
      const { scimId, userName, email } = event.data;
      return { ...user, status: 'active', terminatedOn: null, scimId, userName, email };
    }
  }
}

type Changes = Extract<UserEvent, { type: 'UserProfileChanged' }>['data']['changes'];

function withChanges(profile: Profile, changes: Changes): Profile {
  const next: Record<string, string | undefined> = { ...profile };
  for (const [field, change] of Object.entries(changes)) {
    if (change.to === null) delete next[field];
    else next[field] = change.to;
  }
  return next as Profile;
}
