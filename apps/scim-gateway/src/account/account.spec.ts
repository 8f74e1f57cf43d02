import type { AccountEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import * as account from './account.decider.js';

const given = specFor(account);
const timeZone = 'Europe/Copenhagen';
const created: AccountEvent = { type: 'AccountCreated', data: { name: 'Nordlys A/S', timeZone } };
const closed: AccountEvent = { type: 'AccountClosed', data: {} };

describe('an account', () => {
  const create = { type: 'CreateAccount', data: { name: 'Nordlys A/S', timeZone } } as const;
  it('is created', () => given().when(create).then(created));
  it('is created only once', () => given(created).when(create).thenNothing());
  it('needs a name', () =>
    given()
      .when({ type: 'CreateAccount', data: { name: ' ', timeZone } })
      .thenRefused('account.name'));

  const move = (to: string) => ({ type: 'ChangeTimeZone', data: { timeZone: to } }) as const;
  it('changes its time zone', () =>
    given(created)
      .when(move('America/New_York'))
      .then({ type: 'TimeZoneChanged', data: { from: timeZone, to: 'America/New_York' } }));
  it('keeps a time zone that is the same', () => given(created).when(move(timeZone)).thenNothing());
  it('refuses a time zone that there is not', () =>
    given(created).when(move('Mars/Olympus')).thenRefused('account.timeZone'));

  const close = { type: 'CloseAccount', data: {} } as const;
  it('is closed for good', () => given(created).when(close).then(closed));
  it('that is closed takes no command', () => given(created, closed).when(close).thenRefused('account.closed'));
  it('that there is not takes no command', () => given().when(close).thenRefused('account.unknown'));
});

describe('provisioning (P1)', () => {
  const off = { type: 'SwitchProvisioning', data: { enabled: false } } as const;
  const switched: AccountEvent = { type: 'ProvisioningSwitched', data: { enabled: false } };
  it('is switched off', () => given(created).when(off).then(switched));
  it('is switched off once', () => given(created, switched).when(off).thenNothing());
  it('cannot be switched in a closed account', () => given(created, closed).when(off).thenRefused('account.closed'));
  it('manages nothing while it is off (P22)', () => {
    const noted: AccountEvent = { type: 'AttributesSynchronised', data: { fields: ['title'], spellings: [] } };
    const on = [created, noted].reduce(account.evolve, account.initial);
    expect(account.managedFields(on)).toEqual(['title']);
    expect(account.managedFields(account.evolve(on, switched))).toEqual([]);
  });
});

describe('what Entra has synchronised (P22)', () => {
  const note = (fields: string[], spellings: string[] = []) =>
    ({ type: 'NoteSynchronised', data: { fields, spellings } }) as const;
  const noted: AccountEvent = { type: 'AttributesSynchronised', data: { fields: ['title'], spellings: ['jobTitle'] } };
  it('is noted once', () =>
    given(created)
      .when(note(['title'], ['jobTitle']))
      .then(noted));
  it('is noted no second time', () =>
    given(created, noted)
      .when(note(['title'], ['jobTitle']))
      .thenNothing());
  it('grows by what is new', () =>
    given(created, noted)
      .when(note(['title', 'mobile']))
      .then({ type: 'AttributesSynchronised', data: { fields: ['mobile'], spellings: [] } }));
  it('is not noted in a closed account', () =>
    given(created, closed)
      .when(note(['title']))
      .thenRefused('account.closed'));
});
