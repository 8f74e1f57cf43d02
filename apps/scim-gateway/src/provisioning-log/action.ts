import type { Action } from './entry.js';

/** What the events of a request come to, in Entra's words; without one it is what was attempted. */
export function actionOf(method: string, events: readonly string[]): Action {
  const has = (...types: string[]) => types.some((type) => events.includes(type));
  if (has('UserCreated', 'GroupCreated')) return 'Create';
  if (has('UserDeleted', 'GroupDeleted')) return 'Delete';
  if (has('UserSuspended')) return 'Disable';
  if (has('UserReactivated')) return method === 'POST' ? 'Restore' : 'Enable';
  // A POST that found an employee is an update, whatever it wanted to be (P6).
  return 'Update';
}

const byMethod: Readonly<Record<string, Action>> = { POST: 'Create', PUT: 'Update', PATCH: 'Update', DELETE: 'Delete' };

/** What a refused request wanted. */
export const attemptOf = (method: string, resource: 'User' | 'Group' | null): Action =>
  resource === null ? 'Other' : (byMethod[method] ?? 'Other');
