import type { Refused } from '@bitabiz/service-kit/refused';
import { isManaging, type OpenAccount } from '../account/account.decider.js';
import type { GatewayCommands } from '../gateway.commands.js';
import type { Cause } from '../world.js';
import type { UserOutcome } from './user.handler.js';
import { isEmployee, type User } from './user-state.decider.js';

export type Warning = { code: string; message: string };

const makesAnew =
  'otherwise Entra’s next cycle, within 40 minutes, makes a new employee with a new id, and this one’s history stays behind (P11)';
const remove = 'remove the person from the app in Entra first (Enterprise applications → the app → Users and groups)';

/** What a deactivation by hand would lead to (P11), without doing it. */
export async function previewDeactivation(
  gateway: Pick<GatewayCommands, 'preview'>,
  accountId: string,
  userId: string,
  cause: Cause,
): Promise<UserOutcome | Refused> {
  const request = { type: 'DeactivateByHand', userId } as const;
  const [outcome] = await gateway.preview(accountId, [{ kind: 'user', request, cause }]);
  return outcome as UserOutcome | Refused;
}

/** What a Setup admin should know before an employee is deactivated by hand (P11). @param user as he or she is before. */
export function deactivationWarnings(account: OpenAccount, user: User): Warning[] {
  if (!isEmployee(user) || !user.adUser || !isManaging(account)) return [];
  return user.status === 'active'
    ? [
        {
          code: 'user.stillProvisioned',
          message: `Entra provisions this employee: ${remove}; ${makesAnew}. Removing makes the employee inactive by itself (P8)`,
        },
      ]
    : [
        {
          code: 'user.perhapsAssigned',
          message: `Entra made this employee inactive, perhaps because the account is blocked there while the person is still assigned: look, and ${remove}; ${makesAnew}`,
        },
      ];
}
