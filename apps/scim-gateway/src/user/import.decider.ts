import type { Profile, UserEvent } from '@bitabiz/event-contracts';
import { changesBetween } from './changes.decider.js';
import { differing, edited, requireUnmanaged } from './managed.decider.js';
import { requireFree, requireMandatory, type Holder, type Names } from './names.decider.js';
import { isEmployee, type User } from './user-state.decider.js';

export type ImportUser = Names & {
  userId: string;
  profile: Profile;
  holders: readonly Holder[];
  managed: readonly string[];
};

export type Import = { type: 'ImportUser'; data: ImportUser };

/**
 * One row of an import. The active employee with the same username or email is updated, except for what Entra manages
 * (P22); an inactive holder is refused with the offer to activate (P8); nobody: a new employee, whom Entra may adopt later (P6, P7).
 */
export function importUser(command: ImportUser, user: User): UserEvent[] {
  const { userId, userName, email, profile, holders, managed } = command;
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  if (!isEmployee(user)) {
    requireFree(holders);
    const card = { userId, scimId: userId, userName, email, profile, externalId: null, manager: null };
    return [
      { type: 'UserCreated', data: { ...card, origin: 'import', adUser: false, active: true, terminatedOn: null } },
    ];
  }
  requireFree(holders, user.status === 'active' ? user.userId : undefined);
  const wanted = differing(user, { userName, email, profile });
  requireUnmanaged(user, wanted, managed);
  return changesBetween(user, { userName, email, profile: edited(user.profile, wanted) }, 'import');
}
