import type { Profile, UserEvent } from '@bitabiz/event-contracts';
import { changesBetween } from './changes.decider.js';
import { differing, edited, type Edit } from './managed.decider.js';
import { requireFree, requireMandatory, type Holder } from './names.decider.js';
import { isEmployee, type User } from './user-state.decider.js';

/** Without a username a new employee gets the email, and whoever is there keeps theirs. */
export type ImportNames = { userName?: string; email: string };

/** What a row says of a person. An absent profile field says nothing. */
export type ImportedRow = { names: ImportNames; profile: Profile };

export type ImportUser = ImportedRow & { userId: string; holders: readonly Holder[]; managed: readonly string[] };

export type Import = { type: 'ImportUser'; data: ImportUser };

/**
 * One row of an import. The active employee with the same username or email is updated, except for what is left to Entra
 * (P22); an inactive holder is refused with the offer to activate (P8); nobody: a new employee, whom Entra may adopt later (P6, P7).
 */
export function importUser(command: ImportUser, user: User): UserEvent[] {
  const { userId, names, profile, holders, managed } = command;
  const { userName = names.email, email } = names;
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  if (!isEmployee(user)) {
    requireFree(holders);
    const card = { userId, scimId: userId, userName, email, profile, externalId: null, manager: null };
    return [
      { type: 'UserCreated', data: { ...card, origin: 'import', adUser: false, active: true, terminatedOn: null } },
    ];
  }
  requireFree(holders, user.status === 'active' ? user.userId : undefined);
  const left = new Set(leftToEntra(command, user, managed));
  const wanted = differing(user, { ...names, profile });
  const next = {
    userName: left.has('userName') ? user.userName : (wanted.userName ?? user.userName),
    email: left.has('email') ? user.email : (wanted.email ?? user.email),
    profile: edited(user.profile, { profile: without(left, wanted.profile) }),
  };
  return changesBetween(user, next, 'import');
}

/**
 * P22: what a row says otherwise than Entra and an import does not change. An AD user's username is Entra's even while nothing is managed:
 * by it Entra finds the employee again (P6, P14).
 * @returns the fields, none for who is no AD user.
 */
export function leftToEntra({ names, profile }: ImportedRow, user: User, managed: readonly string[]): string[] {
  if (!isEmployee(user) || !user.adUser) return [];
  const { profile: fields = {}, ...login } = differing(user, { ...names, profile });
  return [...Object.keys(login), ...Object.keys(fields)].filter(
    (field) => field === 'userName' || managed.includes(field),
  );
}

const without = (left: ReadonlySet<string>, fields: Edit['profile'] = {}): NonNullable<Edit['profile']> =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !left.has(field)));
