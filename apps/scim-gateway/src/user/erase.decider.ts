import type { UserEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { isEmployee, type Employee, type User } from './user-state.decider.js';

/** P20: one person is erased, whatever the status; nothing happens twice. */
export function eraseUser(userId: string, user: User): UserEvent[] {
  if (user.status === 'erased') return [];
  if (user.status === 'unknown') throw new Refused('user.unknown', 'There is no such employee', 'unknown');
  return [{ type: 'UserErased', data: { userId } }];
}

/**
 * P20: the same for who left long enough ago. @param before the termination date has to be before this day; undefined: the account keeps everybody.
 * @throws Refused `user.notDue` for somebody who came back meanwhile, or has to stay longer.
 */
export function eraseDueUser(userId: string, user: User, before: string | undefined): UserEvent[] {
  if (isEmployee(user) && !isDue(user, before)) {
    throw new Refused('user.notDue', 'This employee is not to be erased yet (P20)', 'conflict');
  }
  return eraseUser(userId, user);
}

const isDue = ({ status, terminatedOn }: Employee, before: string | undefined): boolean =>
  status !== 'active' && terminatedOn !== null && before !== undefined && terminatedOn < before;
