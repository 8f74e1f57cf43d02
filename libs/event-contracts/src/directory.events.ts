import * as z from 'zod';
import { contract, type EventOf } from './contract.js';

const common = { version: 1, source: 'employee-directory', personal: false } as const;

export const GroupKind = z.enum(['department', 'subsidiary', 'calendar group']);
export type GroupKind = z.output<typeof GroupKind>;

/** A department, subsidiary or calendar group became a thing with an id, because Entra named it first (P23). Names stay in the directory. */
export const GroupAdded = contract({
  ...common,
  type: 'GroupAdded',
  schema: z.object({ groupId: z.uuid(), kind: GroupKind }),
});

export const directoryContracts = [GroupAdded] as const;

export type DirectoryEvent = EventOf<(typeof directoryContracts)[number]>;
