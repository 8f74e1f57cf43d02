import type { Profile, UserEvent } from '@bitabiz/event-contracts';
import { foldKey } from '@bitabiz/event-contracts/fold';
import { Refused } from '@bitabiz/service-kit/refused';
import { changesBetween } from './changes.decider.js';
import { differing, edited, requireUnmanaged, type Edit } from './managed.decider.js';
import { requireFree, requireMandatory, type Holder, type Names } from './names.decider.js';
import { released } from './provisioning.decider.js';
import { isEmployee, type Employee, type User } from './user-state.decider.js';

export type CreateByHand = Names & { userId: string; profile: Profile; holders: readonly Holder[] };
export type EditByHand = { edit: Edit; holders: readonly Holder[]; managed: readonly string[] };
export type DeactivateByHand = { today: string };
/** Names left out are the ones that the employee last had. */
export type ActivateByHand = {
  scimId: string;
  userName?: string;
  email?: string;
  holders: readonly Holder[];
  provisioned: boolean;
};

export type ByHand =
  | { type: 'CreateUserByHand'; data: CreateByHand }
  | { type: 'EditUserByHand'; data: EditByHand }
  | { type: 'DeactivateUserByHand'; data: DeactivateByHand }
  | { type: 'ActivateUserByHand'; data: ActivateByHand }
  | { type: 'RemoveAdUserMark'; data: object };

/** A new employee by hand; taken names are refused, those of an inactive employee with the offer to activate that one (P8). */
export function createByHand({ userId, userName, email, profile, holders }: CreateByHand, user: User): UserEvent[] {
  if (user.status !== 'unknown') return [];
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  requireFree(holders);
  const card = { userId, scimId: userId, userName, email, profile, externalId: null, manager: null };
  return [{ type: 'UserCreated', data: { ...card, origin: 'hand', adUser: false, active: true, terminatedOn: null } }];
}

/** An edit in Setup admin (P22). Editing the email also sets the username when the two were equal (P14). */
export function editByHand({ edit, holders, managed }: EditByHand, user: User): UserEvent[] {
  const employee = known(user);
  const wanted = differing(employee, withUserName(employee, edit));
  requireUnmanaged(employee, wanted, managed);
  const { userName = employee.userName, email = employee.email } = wanted;
  const profile = edited(employee.profile, wanted);
  if (employee.status === 'released' && (wanted.userName ?? wanted.email) !== undefined) {
    throw new Refused(
      'user.released',
      'This employee has no username or email any more: activate first (P10)',
      'conflict',
    );
  }
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  requireFree(holders, employee.userId);
  const manager = wanted.manager === null && { manager: null };
  return changesBetween(employee, { userName, email, profile, ...manager }, 'hand');
}

/** Deactivating by hand follows the rules of a hard delete (P11). */
export function deactivateByHand({ today }: DeactivateByHand, user: User): UserEvent[] {
  const employee = known(user);
  return employee.status === 'released' ? [] : [released(employee, 'hand', today)];
}

/** Activating by hand: a released card needs free names and gets a new SCIM id (P10); Entra's own inactive users are Entra's (P22). */
export function activateByHand(command: ActivateByHand, user: User): UserEvent[] {
  const employee = known(user);
  const { userId } = employee;
  const { userName = employee.userName, email = employee.email } = command;
  if (employee.status === 'active') return [];
  if (employee.status === 'inactive' && employee.adUser && command.provisioned) {
    throw new Refused(
      'user.managedByEntra',
      'Entra made this employee inactive: assign the person to the app again, or remove the AD user mark first (P13, P22)',
      'conflict',
      { attributes: ['active'] },
    );
  }
  const { profile } = employee;
  requireMandatory({ userName, email, givenName: profile.givenName, familyName: profile.familyName });
  requireFree(command.holders, userId);
  if (employee.status === 'inactive') {
    const reactivated = { type: 'UserReactivated', data: { userId, origin: 'hand', matchedBy: 'id' } } as const;
    return [reactivated, ...changesBetween(employee, { userName, email, profile }, 'hand')];
  }
  return [{ type: 'UserActivated', data: { userId, scimId: command.scimId, userName, email } }];
}

/**
 * P13: takes an inactive employee out of the integration, so that activating by hand works and nothing that Entra still sends locks
 * the person out. @throws Refused `user.active`, `user.notAdUser`, `user.unknown`.
 */
export function removeAdUserMark(user: User): UserEvent[] {
  const employee = known(user);
  if (employee.status === 'active') {
    throw new Refused(
      'user.active',
      'This employee is active: remove the person from the app in Entra first, and the AD user mark when the employee is inactive (P13)',
      'conflict',
    );
  }
  if (employee.detached) return [];
  if (!employee.adUser) {
    throw new Refused(
      'user.notAdUser',
      'This employee is not an AD user, so there is no mark to remove (P13)',
      'conflict',
    );
  }
  return [{ type: 'UserDetached', data: { userId: employee.userId } }];
}

/** P14: the username follows the email where the two were equal. */
export const withUserName = (user: Employee, edit: Edit): Edit =>
  edit.email !== undefined && edit.userName === undefined && foldKey(user.userName) === foldKey(user.email)
    ? { ...edit, userName: edit.email }
    : edit;

function known(user: User): Employee {
  if (isEmployee(user)) return user;
  throw new Refused('user.unknown', 'There is no such employee', 'unknown');
}
