import type { Account } from '../account/account.decider.js';
import { dayIn, monthsBefore } from '../day.js';

/**
 * P20: whoever is inactive with a termination date before this day is to be erased, in a closed account too.
 * @param months another number than the account's, to try it.
 * @returns a day in the account's time zone; undefined: nobody is.
 */
export function dueBefore(account: Account, now: Date, months?: number): string | undefined {
  if (account.status === 'unknown') return undefined;
  const kept = months ?? account.retentionMonths ?? undefined;
  return kept === undefined ? undefined : monthsBefore(dayIn(account.timeZone, now), kept);
}
