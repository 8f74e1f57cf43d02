import { isManaging, type OpenAccount } from '../account/account.decider.js';
import { isEmployee, type User } from './user-state.decider.js';

export type Warning = { code: string; message: string };

const makesAnew =
  'otherwise Entra’s next cycle, within 40 minutes, makes a new employee with a new id, and this one’s history stays behind (P11)';
const remove = 'remove the person from the app in Entra first (Enterprise applications → the app → Users and groups)';

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
