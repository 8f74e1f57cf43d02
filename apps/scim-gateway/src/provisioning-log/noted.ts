import type { FailedRequest } from '@bitabiz/service-kit/problem';
import type { GroupOutcome } from '../group/group.handler.js';
import type { Filter } from '../scim/filter.ast.js';
import type { Condition } from '../scim/filter.logic.js';
import type { Access } from '../access.js';
import type { Subject } from './entry.js';
import type { UserOutcome } from '../user/user.handler.js';

/** The only employee whom a look-up found: so nobody needs to look for him or her again. */
export type FoundOne = Required<Subject> & { userName?: string | undefined; externalId?: string | undefined };

/** `condition`: what the filter came to, for users. */
type Found = {
  total: number;
  ids: readonly string[];
  filter: Filter;
  condition?: Condition | undefined;
  about?: FoundOne | undefined;
};

/** What a controller knows of a request that was carried out; only references are kept, the rest is worked out after the answer. */
export type Noted = { user: UserOutcome } | { group: GroupOutcome } | { found: Found };

export type NotedRequest = FailedRequest & { access?: Access; noted?: Noted };

/** Leaves for the provisioning log what a request led to. */
export function note(request: object, noted: Noted): void {
  (request as NotedRequest).noted = noted;
}
