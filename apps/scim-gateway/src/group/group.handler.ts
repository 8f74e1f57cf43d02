import type { GroupEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { requireVersion, type Expected } from '../etag.js';
import type { Path } from '../scim/path.js';
import { agreed } from '../scim/spellings.js';
import { provisioningFor } from '../user/user.handler.js';
import type { Cause, World } from '../world.js';
import type { GroupWorld } from './group-world.js';

/** One thing to do to a group, after the shapes of requests have been made uniform. Ids are those that SCIM shows, in lower case. */
export type GroupStep =
  | { do: 'set'; field: 'displayName' | 'externalId'; value: string | null }
  /** The attribute stands under several names in one object. */
  | { do: 'settle'; field: 'displayName' | 'externalId'; spellings: readonly { value: string | undefined; as: Path }[] }
  | { do: 'join'; ids: readonly string[] }
  | { do: 'leave'; ids: readonly string[] | 'all' };

export type GroupRequest =
  | { type: 'Create'; groupId: string; steps: readonly GroupStep[] }
  | { type: 'Change'; groupId: string; steps: readonly GroupStep[]; expected: Expected }
  | { type: 'Remove'; groupId: string; expected: Expected };

export type GroupOutcome = { groupId: string; version: number; events: GroupEvent[] };

/** Decides a request against what the batch sees. @throws Refused from the rules; nothing of the request is kept then. */
export function handleGroup(
  groups: GroupWorld,
  people: World,
  request: GroupRequest,
  cause: Cause,
  now: Date,
): GroupOutcome {
  provisioningFor(people, { actor: cause.actor, now });
  const { groupId } = request;
  const { group, version } = groups.group(groupId);
  if (request.type !== 'Create') {
    if (group.status === 'unknown') throw unknownGroup(groupId);
    requireVersion(version, request.expected);
  }
  const command =
    request.type === 'Remove' ? ({ type: 'DeleteGroup', data: {} } as const) : wanted(groups, request.type, request);
  const events = groups.carryOut(groupId, command, cause);
  return { groupId, version: groups.group(groupId).version, events };
}

type Wanted = { groupId: string; steps: readonly GroupStep[] };

/** The group as it shall be after all steps, in order, and who comes and goes for it. That everybody leaves is noted, and worked out once at the end. */
function wanted(groups: GroupWorld, type: 'Create' | 'Change', { groupId, steps }: Wanted) {
  const { group } = groups.group(groupId);
  const stored = group.status === 'there' ? group : { displayName: '', externalId: null };
  let { displayName, externalId } = stored;
  const members = groups.membersOf(groupId);
  const shallBe = new Map<string, boolean>();
  let emptied = false;
  for (const written of steps) {
    const step = written.do === 'settle' ? settledStep(written, stored[written.field]) : written;
    if (step.do === 'set' && step.field === 'displayName') displayName = step.value ?? '';
    else if (step.do === 'set') externalId = step.value;
    else if (step.do === 'join') for (const id of step.ids) shallBe.set(memberBehind(groups, id), true);
    else if (step.ids === 'all') {
      emptied = true;
      shallBe.clear();
    } else for (const id of step.ids.flatMap((each) => groups.userIdOf(each) ?? [])) shallBe.set(id, false);
  }
  const joining = [...shallBe].flatMap(([id, in_]) => (in_ ? [id] : []));
  const leaving = emptied ? [...members] : [...shallBe.keys()];
  const holder = groups.holderOf(displayName);
  const data = {
    groupId,
    displayName,
    externalId,
    holder: holder === groupId ? undefined : holder,
    added: joining.filter((id) => !members.has(id)),
    removed: leaving.filter((id) => members.has(id) && !shallBe.get(id)),
  };
  return type === 'Create' ? ({ type: 'CreateGroup', data } as const) : ({ type: 'UpdateGroup', data } as const);
}

function settledStep({ field, spellings }: Extract<GroupStep, { do: 'settle' }>, stored: string | null) {
  const { value } = agreed(spellings, stored ?? undefined);
  return { do: 'set', field, value: value === undefined ? null : String(value) } as const;
}

/** The answer to an id that no group of the account has. */
export const unknownGroup = (id: string): Refused =>
  new Refused('group.unknown', `There is no group ${id.slice(0, 100)}: look for it by displayName`, 'unknown', {
    checks: [{ attribute: 'id', expected: 'the id of a group of this account', received: id.slice(0, 100) }],
  });

/** A member is an employee of the account whom SCIM shows. Ids are ours, so an unknown one is stale or of somewhere else. */
function memberBehind(groups: GroupWorld, scimId: string): string {
  const userId = groups.userIdOf(scimId);
  if (userId !== undefined) return userId;
  throw new Refused(
    'group.memberUnknown',
    `There is no user ${scimId.slice(0, 100)} to be a member: create the user first, or leave this member out (P17)`,
    'invalid',
    {
      member: scimId.slice(0, 100),
      checks: [{ attribute: 'members', expected: 'ids of users of this account', received: scimId.slice(0, 100) }],
    },
  );
}
