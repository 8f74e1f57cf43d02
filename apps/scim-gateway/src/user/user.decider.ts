import type { UserEvent } from '@bitabiz/event-contracts';
import {
  activateByHand,
  createByHand,
  deactivateByHand,
  editByHand,
  removeAdUserMark,
  type ByHand,
} from './by-hand.decider.js';
import { importUser, type Import } from './import.decider.js';
import { deleteUser, provisionUser, updateUser, type Provisioning } from './provisioning.decider.js';
import type { User } from './user-state.decider.js';

export { evolve, initial } from './user-state.decider.js';

/** Everything that can be asked of an employee (decision 1): Entra's provisioning, an import, or a person in Setup admin. */
export type UserCommand = Provisioning | Import | ByHand;

/** The events a command leads to; none when nothing changes, so a retry is safe. */
export function decide(command: UserCommand, user: User): UserEvent[] {
  switch (command.type) {
    case 'ProvisionUser':
      return provisionUser(command.data, user);
    case 'UpdateUser':
      return updateUser(command.data, user);
    case 'DeleteUser':
      return deleteUser(command.data, user);
    case 'ImportUser':
      return importUser(command.data, user);
    case 'CreateUserByHand':
      return createByHand(command.data, user);
    case 'EditUserByHand':
      return editByHand(command.data, user);
    case 'DeactivateUserByHand':
      return deactivateByHand(command.data, user);
    case 'ActivateUserByHand':
      return activateByHand(command.data, user);
    case 'RemoveAdUserMark':
      return removeAdUserMark(user);
  }
}
