import type { AccountEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, it } from 'vitest';
import * as account from './account.decider.js';

const given = specFor(account);
const created: AccountEvent = { type: 'AccountCreated', data: { name: 'Nordlys A/S', timeZone: 'Europe/Copenhagen' } };
const keep = (months: number | null) => ({ type: 'ChangeRetention', data: { months } }) as const;
const kept = (from: number | null, to: number | null): AccountEvent => ({
  type: 'RetentionChanged',
  data: { from, to },
});

describe('how long inactive employees are kept (P20)', () => {
  it('is for ever until somebody says otherwise', () => given(created).when(keep(null)).thenNothing());

  it('is changed, and back', () => {
    given(created).when(keep(24)).then(kept(null, 24));
    given(created, kept(null, 24)).when(keep(null)).then(kept(24, null));
  });

  it('is changed once', () => given(created, kept(null, 24)).when(keep(24)).thenNothing());

  it.each([0, 121, 1.5, -1])('is not %d months', (months) =>
    given(created).when(keep(months)).thenRefused('retention.months'),
  );

  it('is not changed in a closed account', () =>
    given(created, { type: 'AccountClosed', data: {} }).when(keep(24)).thenRefused('account.closed'));
});
