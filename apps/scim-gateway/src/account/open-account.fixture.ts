import { evolve, type OpenAccount } from './account.decider.js';

/** An account as it is when it was just made. */
export const newlyOpened = evolve(
  { status: 'unknown' },
  { type: 'AccountCreated', data: { name: 'Nordlys', timeZone: 'Europe/Copenhagen' } },
) as OpenAccount;
