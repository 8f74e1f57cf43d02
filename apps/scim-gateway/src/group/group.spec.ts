import type { GroupEvent } from '@bitabiz/event-contracts';
import { specFor } from '@bitabiz/testing/given';
import { describe, expect, it } from 'vitest';
import * as group from './group.decider.js';

const given = specFor(group);
const groupId = '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c80';
const [ada, grace] = ['018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5d', '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c5e'] as const;
const named = { displayName: 'Sales', externalId: 'g-1' };
const nobody = { added: [], removed: [] };
const created: GroupEvent = { type: 'GroupCreated', data: { groupId, ...named } };
const members = (added: string[], removed: string[] = []): GroupEvent => ({
  type: 'GroupMembersChanged',
  data: { groupId, added, removed },
});
const create = (over: object = {}) =>
  ({ type: 'CreateGroup', data: { groupId, ...named, ...nobody, ...over } }) as const;
const update = (over: object) => ({ type: 'UpdateGroup', data: { ...named, ...nobody, ...over } }) as const;

describe('a group (P17)', () => {
  it('is created', () => given().when(create()).then(created));
  it('is created with its members', () =>
    given()
      .when(create({ added: [ada] }))
      .then(created, members([ada])));
  it('is created only once', () => given(created).when(create()).thenNothing());
  it('needs a name (RFC 7643 section 4.2)', () =>
    given()
      .when(create({ displayName: ' ' }))
      .thenRefused('group.nameMissing'));
  it('has a name of its own in the account', () =>
    given()
      .when(create({ holder: ada }))
      .thenRefused('group.nameTaken'));

  it('is renamed and gets another external id', () =>
    given(created)
      .when(update({ displayName: 'Nordic', externalId: null }))
      .then(
        { type: 'GroupRenamed', data: { groupId, from: 'Sales', to: 'Nordic' } },
        { type: 'GroupExternalIdChanged', data: { groupId, from: 'g-1', to: null } },
      ));
  it('is not changed by what it is already', () => given(created).when(update({})).thenNothing());
  it('is not renamed to nothing, nor to a taken name', () => {
    given(created)
      .when(update({ displayName: '' }))
      .thenRefused('group.nameMissing');
    given(created)
      .when(update({ displayName: 'x', holder: ada }))
      .thenRefused('group.nameTaken');
  });

  it('is deleted once', () => {
    given(created).when({ type: 'DeleteGroup', data: {} }).then({ type: 'GroupDeleted', data: { groupId } });
    given(created, { type: 'GroupDeleted', data: { groupId } })
      .when({ type: 'DeleteGroup', data: {} })
      .thenRefused('group.unknown');
  });
});

describe('members', () => {
  it('come and go in one event that names only them', () =>
    given(created)
      .when(update({ added: [ada], removed: [grace] }))
      .then(members([ada], [grace])));
  it('leave with an employee who is deleted (P10)', () =>
    given(created, members([ada]))
      .when({ type: 'DropMember', data: { userId: ada } })
      .then(members([], [ada])));
  it('of a group that there is not cannot change', () =>
    given()
      .when(update({ added: [ada] }))
      .thenRefused('group.unknown'));
  it('who are many come in several events, each small enough to be stored', () => {
    const many = Array.from({ length: 12_000 }, (_, n) => `018f2f6e-7b1c-7cc0-9a1c-${String(n).padStart(12, '0')}`);
    const events = group.decide(update({ added: many, removed: [ada] }), group.evolve(group.initial, created));
    expect(events.flatMap((event) => (event.data as { added: string[] }).added)).toEqual(many);
    for (const event of events) expect(JSON.stringify(event.data).length).toBeLessThan(256 * 1024);
  });
});
