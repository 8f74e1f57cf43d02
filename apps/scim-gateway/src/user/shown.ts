import type { UserOutcome } from './user.handler.js';

/** What came of a command by hand: the employee, and the names of the events; none means that nothing changed. */
export function shown({ known: { user }, events }: UserOutcome) {
  const { userId, scimId, status, adUser, userName, email, terminatedOn } = user;
  return { id: userId, scimId, status, adUser, userName, email, terminationDate: terminatedOn, events };
}
