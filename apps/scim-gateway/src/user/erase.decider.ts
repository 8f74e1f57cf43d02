import type { UserEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import type { User } from './user-state.decider.js';

/** P20: one person is erased, whatever the status; nothing happens twice. */
export function eraseUser(userId: string, user: User): UserEvent[] {
  if (user.status === 'erased') return [];
  if (user.status === 'unknown') throw new Refused('user.unknown', 'There is no such employee', 'unknown');
  return [{ type: 'UserErased', data: { userId } }];
}
