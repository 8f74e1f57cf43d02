import type { Profile, UserEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { changesBetween } from './changes.decider.js';
import { requireFree, requireMandatory, type Admitted, type Holder } from './names.decider.js';
import { isEmployee, isShown, type Employee, type Migrated, type User } from './user-state.decider.js';

/** The day in the account's time zone, as YYYY-MM-DD, comes in from outside (P8). */
type Today = { today: string };

/** The open tenant migration, and the time (P14). */
type Migrating = { migration?: { migrationId: string; at: string } | undefined };

type Values = {
  userName: string;
  email: string;
  profile: Profile;
  externalId: string | null;
  manager: string | null;
  active: boolean;
};

/** `found`: by which name `admit` found the employee; left out for a new one. */
export type ProvisionUser = { userId: string; values: Values; found?: Admitted['by'] } & Today & Migrating;
export type UpdateUser = { values: Values; holders: readonly Holder[] } & Today & Migrating;

export type Provisioning =
  | { type: 'ProvisionUser'; data: ProvisionUser }
  | { type: 'UpdateUser'; data: UpdateUser }
  | { type: 'DeleteUser'; data: Today };

/**
 * POST (P6): a new employee, or the one whom `admit` found, who keeps the SCIM id; a detached one is an AD user again (P13).
 * `active` = false makes an inactive card, reactivates nobody, and ends the access of who is active (P8).
 */
export function provisionUser(command: ProvisionUser, user: User): UserEvent[] {
  const { userId, values, found = 'userName', today, migration } = command;
  const { userName, email, profile, externalId, manager, active } = values;
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  if (!isEmployee(user)) {
    const terminatedOn = active ? null : today;
    const card = { userId, scimId: userId, userName, email, profile, externalId, manager };
    const data = { ...card, origin: 'provisioning', adUser: true, active, terminatedOn } as const;
    return [{ type: 'UserCreated', data }, ...migrated(userId, null, migration)];
  }
  // A POST says what is synchronised; what it leaves out keeps its last value (P5).
  const kept = {
    ...values,
    profile: { ...user.profile, ...profile },
    externalId: externalId ?? user.externalId,
    manager: manager ?? user.manager,
  };
  // An active AD user of the old tenant is no namesake: the new external id is expected (P14).
  const isMoving = user.adUser && user.status === 'active';
  return [
    ...migrated(userId, found, migration, user),
    ...adoption(user),
    ...activity(user, active, today, found),
    ...changesBetween(user, kept, 'provisioning', isMoving ? 'id' : found),
  ];
}

/** PATCH and PUT: what the employee shall look like afterwards. The first SCIM write makes an imported one an AD user (P7). */
export function updateUser({ values, holders, today, migration }: UpdateUser, user: User): UserEvent[] {
  const employee = visible(user);
  const { userName, email, profile } = values;
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  requireFree(holders, employee.userId);
  return [
    ...migrated(employee.userId, 'id', migration, employee),
    ...adoption(employee),
    ...activity(employee, values.active, today, 'id'),
    ...changesBetween(employee, values, 'provisioning'),
  ];
}

/** DELETE (P10): everything released. Who is inactive already keeps the first termination date. */
export function deleteUser({ today }: Today, user: User): UserEvent[] {
  return [released(visible(user), 'provisioning', today)];
}

/** Hard delete and deactivation by hand follow the same rules (P10, P11). */
export function released(user: Employee, origin: 'provisioning' | 'hand', today: string): UserEvent {
  const { userId, scimId, userName, email } = user;
  const terminatedOn = user.terminatedOn ?? today;
  return { type: 'UserDeleted', data: { userId, origin, scimId, terminatedOn, released: { userName, email } } };
}

const adoption = (user: Employee): UserEvent[] =>
  user.adUser ? [] : [{ type: 'UserAdopted', data: { userId: user.userId } }];

/** P14: once a migration, and before what the new tenant's words change. */
function migrated(
  userId: string,
  matchedBy: Migrated['matchedBy'],
  migration: Migrating['migration'],
  user?: Employee,
): UserEvent[] {
  if (!migration || user?.migrated?.migrationId === migration.migrationId) return [];
  return [{ type: 'UserMigrated', data: { userId, matchedBy, ...migration } }];
}

function activity(user: Employee, active: boolean, today: string, matched: 'id' | 'userName' | 'email'): UserEvent[] {
  const { userId } = user;
  const isActive = user.status === 'active';
  if (active === isActive) return [];
  if (!active) return [{ type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: today } }];
  return [{ type: 'UserReactivated', data: { userId, origin: 'provisioning', matchedBy: matched } }];
}

/** Whoever is released, erased or detached is gone for SCIM; the answer is 404 (P10, P13). */
function visible(user: User): Employee {
  if (isShown(user)) return user;
  throw new Refused('user.unknown', 'There is no such user', 'unknown');
}
