import type { AnyContract } from './contract.js';
import { accountContracts } from './account.events.js';
import { approvalContracts } from './approval.events.js';
import { directoryContracts } from './directory.events.js';
import { groupContracts } from './group.events.js';
import { userContracts } from './user.events.js';

/** Every event ever published, by type. */
export const contracts: ReadonlyMap<string, AnyContract> = new Map(
  [...userContracts, ...groupContracts, ...accountContracts, ...approvalContracts, ...directoryContracts].map(
    (each) => [each.type, each as unknown as AnyContract],
  ),
);
