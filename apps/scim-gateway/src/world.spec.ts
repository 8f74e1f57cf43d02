import type { AccountEvent, UserEvent } from '@bitabiz/event-contracts';
import { describe, expect, it } from 'vitest';
import { newlyOpened } from './account/open-account.fixture.js';
import { toRow } from './user/user-row.js';
import type { Employee } from './user/user-state.decider.js';
import { World } from './world.js';

const [accountId, userId] = ['aaaaaaaa-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111111'];
const now = new Date('2026-11-26T12:00:00Z');
const outside = { now: () => now, newId: () => userId };
const cause = { actor: 'a', correlationId: 'c', causationId: 'd' };
const ada: Employee = {
  status: 'active',
  userId,
  scimId: userId,
  adUser: true,
  detached: false,
  userName: 'u',
  email: 'x',
  profile: {},
  externalId: null,
  manager: null,
  terminatedOn: null,
  migrated: null,
};
const at = now.toISOString();
const row = toRow(ada, { user: ada, version: 1, keyId: userId, createdAt: at, modifiedAt: at });

/** An account with Ada, whose e-mail is claimed if e-mails are unique. */
function world(emailUniqueness: boolean): World {
  const state = { ...newlyOpened, emailUniqueness };
  const claims = emailUniqueness ? { u: userId, x: userId } : { u: userId };
  return new World(
    accountId,
    { account: { stream_version: 3, created_at: at, state }, users: [row], claims, managers: null },
    outside,
  );
}
const switched = (enabled: boolean): AccountEvent[] => [{ type: 'EmailUniquenessSwitched', data: { enabled } }];
const renamed = (to: { userName: string; email: string }): UserEvent[] => [
  { type: 'UserLoginChanged', data: { userId, origin: 'provisioning', from: { userName: 'u', email: 'x' }, to } },
];
const keys = (of: readonly { key: string }[]) => of.map(({ key }) => key).toSorted();

describe('one batch', () => {
  it('claims a user name that was an unclaimed e-mail, also when e-mails become unique beside it', () => {
    const both = world(false);
    both.applyToUser(userId, renamed({ userName: 'x', email: 'z' }), cause);
    both.applyToAccount(switched(true), cause);
    expect(keys(both.batch().claims)).toEqual(['x', 'z']);
  });

  it('releases an e-mail that was claimed before e-mails could be shared, and claims none', () => {
    const shared = world(true);
    shared.applyToAccount(switched(false), cause);
    shared.applyToUser(userId, renamed({ userName: 'v', email: 'z' }), cause);
    const { claims, releases } = shared.batch();
    expect([keys(claims), keys(releases)]).toEqual([['v'], ['u', 'x']]);
  });

  it('has all names claimed when e-mails are unique again, also if they were shared within it only', () => {
    const again = world(true);
    again.applyToAccount([...switched(false), ...switched(true)], cause);
    expect(again.batch().rows?.(new Map())).toMatchObject({ claim_names: true });
    const never = world(true);
    never.applyToUser(userId, renamed({ userName: 'v', email: 'z' }), cause);
    expect(never.batch().rows?.(new Map())).not.toHaveProperty('claim_names');
  });
});
