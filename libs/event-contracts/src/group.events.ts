import * as z from 'zod';
import { contract, type EventOf } from './contract.js';

const groupId = z.uuid();
const text = z.string();
const employeeIds = z.array(z.uuid());

/** Groups carry names of groups and ids of employees, nothing of a person, so they are stored in clear (decision 10). */
const common = { version: 1, source: 'scim-gateway', personal: false } as const;

/** A group came from Entra (P17). It has no effect on approval; departments are other things, see directory.events.ts. */
export const GroupCreated = contract({
  ...common,
  type: 'GroupCreated',
  schema: z.object({ groupId, displayName: text, externalId: text.nullable() }),
});

export const GroupRenamed = contract({
  ...common,
  type: 'GroupRenamed',
  schema: z.object({ groupId, from: text, to: text }),
});

/** The id by which Entra matches the group changed. */
export const GroupExternalIdChanged = contract({
  ...common,
  type: 'GroupExternalIdChanged',
  schema: z.object({ groupId, from: text.nullable(), to: text.nullable() }),
});

/** Who came and who went, as employee ids: never the whole list, unless the whole list changed. Large changes are several events. */
export const GroupMembersChanged = contract({
  ...common,
  type: 'GroupMembersChanged',
  schema: z.object({ groupId, added: employeeIds, removed: employeeIds }),
});

/** The group is gone with its members; its id is never used again. */
export const GroupDeleted = contract({ ...common, type: 'GroupDeleted', schema: z.object({ groupId }) });

export const groupContracts = [
  GroupCreated,
  GroupRenamed,
  GroupExternalIdChanged,
  GroupMembersChanged,
  GroupDeleted,
] as const;

export type GroupEvent = EventOf<(typeof groupContracts)[number]>;
