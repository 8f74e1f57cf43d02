import { Refused } from '@bitabiz/service-kit/refused';
import { hrDate } from '../scim/dates.js';
import { shown } from '../scim/text.js';

/**
 * P4 for what people write and other programs import: nothing, or a day. @param day as in `profile.employmentDate`.
 * @throws Refused `value.date`.
 */
export function requireDate(day: string | null | undefined): void {
  if (!day || hrDate(day) !== undefined) return;
  throw new Refused('value.date', `employmentDate: write ${shown(day)} as a day such as 2024-03-31 (P4)`, 'invalid', {
    attributes: ['employmentDate'],
    checks: [{ attribute: 'employmentDate', expected: 'a day such as 2024-03-31', received: shown(day) }],
  });
}
