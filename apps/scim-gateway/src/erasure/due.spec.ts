import type { AccountEvent } from '@bitabiz/event-contracts';
import { describe, expect, it } from 'vitest';
import * as account from '../account/account.decider.js';
import { dueBefore } from './due.js';

const created: AccountEvent = { type: 'AccountCreated', data: { name: 'Nordlys A/S', timeZone: 'Europe/Copenhagen' } };
const kept: AccountEvent = { type: 'RetentionChanged', data: { from: null, to: 1 } };

describe('who is to be erased (P20)', () => {
  const state = (...events: AccountEvent[]) => [created, ...events].reduce(account.evolve, account.initial);
  const at = new Date('2026-11-25T23:30:00Z');

  it('is nobody while the account keeps everybody', () => expect(dueBefore(state(), at)).toBeUndefined());

  it('is who left before the day that is so many months ago where the account is', () => {
    expect(dueBefore(state(kept), at)).toBe('2026-10-26');
    const moved: AccountEvent = { type: 'TimeZoneChanged', data: { from: 'x', to: 'America/New_York' } };
    expect(dueBefore(state(kept, moved), at)).toBe('2026-10-25');
  });

  it('is the same in a closed account, whose leavers have the same right', () =>
    expect(dueBefore(state(kept, { type: 'AccountClosed', data: {} }), at)).toBe('2026-10-26'));
});
