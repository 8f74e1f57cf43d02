import type { GroupEvent } from '@bitabiz/event-contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newlyOpened } from '../account/open-account.fixture.js';
import { World } from '../world.js';
import { GroupWorld } from './group-world.js';
import { handleGroup, type GroupStep } from './group.handler.js';
import { groupNeedsOf, groupWeightOf } from './group.needs.js';

const [accountId, groupId] = ['aaaaaaaa-1111-4111-8111-111111111111', '99999999-1111-4111-8111-111111111111'];
const now = new Date('2026-11-26T12:00:00Z');
const at = now.toISOString();
const outside = { now: () => now, newId: () => groupId };
const cause = { actor: 'a', correlationId: 'c', causationId: 'd' };
const state = { ...newlyOpened, emailUniqueness: true };
const row = {
  group_id: groupId,
  stream_version: 1,
  display_name: 'Sales',
  name_key: 'sales',
  external_id: null,
  created_at: at,
  modified_at: at,
};
const idOf = (n: number) => `${n}0000000-1111-4111-8111-111111111111`;
const [named, unnamed] = [[1, 2, 3, 4].map(idOf), [5, 6].map(idOf)];

/** The batch's view of a group, read as the request asks for it; ids of SCIM are ids of employees here. */
function worlds(members: ReadonlySet<string>, steps: readonly GroupStep[]) {
  const people = new World(
    accountId,
    { account: { stream_version: 1, created_at: at, state }, users: null, claims: null, managers: null },
    outside,
  );
  const { mentioned, whole } = groupNeedsOf({ type: 'Change', groupId, steps, expected: {} });
  const known = {
    groups: [row],
    mentioned: mentioned.map(({ scimId }) => ({
      group_id: groupId,
      scim_id: scimId,
      user_id: scimId,
      member: members.has(scimId),
    })),
    members: whole.length > 0 ? [...members].map((id) => ({ group_id: groupId, user_id: id })) : null,
  };
  return { people, groups: new GroupWorld(known, people, outside) };
}

const ids = fc.uniqueArray(fc.constantFrom(...named), { maxLength: 3 });
const step: fc.Arbitrary<GroupStep> = fc.oneof(
  ids.map((some) => ({ do: 'join' as const, ids: some })),
  ids.map((some) => ({ do: 'leave' as const, ids: some })),
  fc.constant({ do: 'leave' as const, ids: 'all' as const }),
);

function after(members: ReadonlySet<string>, steps: readonly GroupStep[]): Set<string> {
  const expected = new Set(members);
  for (const each of steps) {
    if (each.do === 'join') for (const id of each.ids) expected.add(id);
    else if (each.do === 'leave') for (const id of each.ids === 'all' ? [...expected] : each.ids) expected.delete(id);
  }
  return expected;
}

const movesIn = (events: readonly GroupEvent[]) => {
  const moves = events.flatMap((event) => (event.type === 'GroupMembersChanged' ? [event.data] : []));
  return { added: moves.flatMap(({ added }) => added), removed: moves.flatMap(({ removed }) => removed) };
};

describe('who comes and goes by the operations of a PATCH (RFC 7644 section 3.5.2)', () => {
  it('is the difference between the group before and after them, one by one', () => {
    fc.assert(
      fc.property(fc.subarray([...named, ...unnamed]), fc.array(step, { maxLength: 8 }), (inGroup, steps) => {
        const before = new Set(inGroup);
        const expected = after(before, steps);
        const { people, groups } = worlds(before, steps);
        const request = { type: 'Change', groupId, steps, expected: {} } as const;
        const { added, removed } = movesIn(handleGroup(groups, people, request, cause, now).events);
        expect(added.toSorted()).toEqual([...expected].filter((id) => !before.has(id)).toSorted());
        expect(removed.toSorted()).toEqual([...before].filter((id) => !expected.has(id)).toSorted());
      }),
    );
  });

  it('is worked out once, however often everybody leaves', () => {
    const steps = Array.from({ length: 1_000 }, (): GroupStep => ({ do: 'leave', ids: 'all' }));
    const { people, groups } = worlds(new Set(unnamed), steps);
    const members = groups.membersOf(groupId);
    let looks = 0;
    members[Symbol.iterator] = () => {
      looks += 1;
      return members.values();
    };
    const request = { type: 'Change', groupId, steps, expected: {} } as const;
    expect(movesIn(handleGroup(groups, people, request, cause, now).events).removed).toEqual(unnamed);
    expect(looks).toBe(1);
  });
});

describe('what a request on a group weighs in a batch', () => {
  const everybody = { do: 'leave', ids: 'all' } as const;
  const all = Array.from({ length: 10_000 }, (_, n) => `${n}`);

  it.each<[string, number, readonly GroupStep[]]>([
    ['a single member', 2, [{ do: 'join', ids: named.slice(0, 1) }]],
    ['a name', 1, [{ do: 'set', field: 'displayName', value: 'Sales' }]],
    [
      'many who come and go',
      20_001,
      [
        { do: 'join', ids: all },
        { do: 'leave', ids: all },
      ],
    ],
    ['an emptied group, whose members are read', 1_000, [everybody, everybody]],
    ['a replaced one', 11_000, [everybody, { do: 'join', ids: all }]],
  ])('is by the ids that it speaks of: %s', (_, weight, steps) =>
    expect(groupWeightOf({ type: 'Change', groupId, steps, expected: {} })).toBe(weight),
  );

  it('is little for a group that is made without members', () =>
    expect(groupWeightOf({ type: 'Create', groupId, steps: [everybody] })).toBe(1));
});
