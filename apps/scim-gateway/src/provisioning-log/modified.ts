import type { GroupEvent } from '@bitabiz/event-contracts';
import { attributes, type UserValues } from '../scim/attributes.js';
import type { UserOutcome } from '../user/user.handler.js';
import { isEmployee } from '../user/user-state.decider.js';
import { toValues } from '../user/user-values.js';
import type { Modified } from './entry.js';

/** What a request changed, attribute by attribute under its SCIM name, in the order of the mapping (P2); none when nothing changed. */
export function modifiedBy({ before, known }: Pick<UserOutcome, 'before' | 'known'>): Modified[] {
  const was = isEmployee(before.user) ? toValues(before.user) : {};
  const is = toValues(known.user);
  return attributes.flatMap(({ field, at: [name = field] }): Modified[] => {
    const [oldValue, newValue] = [textOf(was, field), textOf(is, field)];
    return oldValue === newValue ? [] : [{ displayName: name, oldValue, newValue }];
  });
}

/** More members of one request are counted, not named. */
const membersShown = 50;

/** The same of a group. Its members are ids, which name nobody. */
export const groupModifiedBy = (events: readonly GroupEvent[]): Modified[] =>
  events.flatMap((event): Modified[] => {
    switch (event.type) {
      case 'GroupCreated':
        return [
          { displayName: 'displayName', oldValue: null, newValue: event.data.displayName },
          { displayName: 'externalId', oldValue: null, newValue: event.data.externalId },
        ];
      case 'GroupRenamed':
        return [{ displayName: 'displayName', oldValue: event.data.from, newValue: event.data.to }];
      case 'GroupExternalIdChanged':
        return [{ displayName: 'externalId', oldValue: event.data.from, newValue: event.data.to }];
      case 'GroupMembersChanged':
        return [{ displayName: 'members', oldValue: listed(event.data.removed), newValue: listed(event.data.added) }];
      case 'GroupDeleted':
        return [];
    }
  });

function listed(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const more = ids.length > membersShown ? [`and ${ids.length - membersShown} more`] : [];
  return [...ids.slice(0, membersShown), ...more].join(', ');
}

const textOf = (values: UserValues, field: keyof UserValues): string | null => {
  const value = values[field];
  return value === undefined ? null : String(value);
};
