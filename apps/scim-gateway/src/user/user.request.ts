import type { Profile } from '@bitabiz/event-contracts';
import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Expected } from '../etag.js';
import type { ImportedRow } from './import.decider.js';
import { isUuid } from '../uuid.js';
import type { Edit } from './managed.decider.js';
import type { Names } from './names.decider.js';
import { fromValues, type UserValues } from './user-values.js';

/** What SCIM made of a body: the values, and what was written under which name. */
export type Written = { values: UserValues; touched: string[]; spellings: string[]; ignored?: string[] };

/** A change by PATCH or PUT, and the ids of managers that it speaks of. `change` throws what is wrong with the body. */
export type Change = { change: (current: UserValues) => Written; managers: string[] };

/** Everything that can be asked of an account's employees. `change` is pure and gets the employee as the batch sees it. */
export type UserRequest =
  | { type: 'Provision'; userId: string; written: Written }
  | ({ type: 'Change'; scimId: string; expected: Expected } & Change)
  | { type: 'Remove'; scimId: string; expected: Expected }
  | ({ type: 'Import'; userId: string } & ImportedRow)
  | { type: 'CreateByHand'; userId: string; profile: Profile; names: Names }
  | { type: 'EditByHand'; userId: string; edit: Edit }
  | { type: 'DeactivateByHand'; userId: string }
  | { type: 'ActivateByHand'; userId: string; scimId: string; names: Partial<Names> }
  | { type: 'RemoveAdUserMark'; userId: string };

type Needs = { userIds: string[]; scimIds: string[]; keys: string[]; managers?: string[] };

/** What must be read before a request can be decided. */
export function needsOf(request: UserRequest): Needs {
  const keys = (names: Partial<Names>) =>
    [names.userName, names.email].flatMap((name) => (name ? [foldKey(name)] : []));
  switch (request.type) {
    case 'Provision': {
      const { userName, email, manager } = fromValues(request.written.values);
      const managers = manager !== null && isUuid(manager) ? [manager.toLowerCase()] : [];
      return { userIds: [], scimIds: [], keys: keys({ userName, email }), managers };
    }
    case 'Change':
      return { userIds: [], scimIds: [request.scimId], keys: [], managers: request.managers };
    case 'Remove':
      return { userIds: [], scimIds: [request.scimId], keys: [] };
    case 'Import':
    case 'CreateByHand':
      return { userIds: [], scimIds: [], keys: keys(request.names) };
    case 'EditByHand':
      return { userIds: [request.userId], scimIds: [], keys: keys(request.edit) };
    case 'DeactivateByHand':
    case 'RemoveAdUserMark':
      return { userIds: [request.userId], scimIds: [], keys: [] };
    case 'ActivateByHand':
      return { userIds: [request.userId], scimIds: [], keys: keys(request.names) };
  }
}
