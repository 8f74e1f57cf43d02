import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import type { OpenAccount } from './account.decider.js';

export type RetentionCommand = { type: 'ChangeRetention'; data: { months: number | null } };

export const [fewestMonths, mostMonths] = [1, 120];

/** P20: how long inactive employees are kept; null: for ever. @throws Refused `retention.months`. */
export function decideRetention(
  { data: { months: to } }: RetentionCommand,
  { retentionMonths: from = null }: OpenAccount,
): AccountEvent[] {
  if (to !== null && !(Number.isInteger(to) && to >= fewestMonths && to <= mostMonths)) {
    throw new Refused(
      'retention.months',
      `Give ${fewestMonths} to ${mostMonths} whole months, or null for never (P20)`,
    );
  }
  return to === from ? [] : [{ type: 'RetentionChanged', data: { from, to } }];
}
