import { printPath, type Filter, type Path } from '../scim/filter.ast.js';
import type { Condition } from '../scim/filter.logic.js';
import { shown, storable } from '../scim/text.js';
import { isUuid } from '../uuid.js';
import type { Lookup } from './entry.js';

/** What a look-up asked for: the attributes, and of names and external ids the value, which the log can be searched by. */
export type Sought = { names: string[]; userName?: string | undefined; externalId?: string | undefined };

/** What the filter of an answered look-up asked for. @param condition what it came to, for users. */
export function soughtBy(filter: Filter, condition: Condition | undefined): Sought {
  const names = namesIn(filter).map(shown);
  if (condition?.is !== 'eq') return { names };
  const key = storable(String(condition.key));
  if (condition.column === 'userName' || condition.column === 'email') return { names, userName: key };
  return condition.column === 'externalId' ? { names, externalId: key } : { names };
}

/** Entra's connection test asks for a user name that is a random GUID, and expects that nobody has it (entra.md 1.2). */
export const lookupOf = (total: number, userName: string | undefined): Lookup =>
  total === 0 && userName !== undefined && isUuid(userName) ? 'connectionTest' : 'matching';

function namesIn(filter: Filter): string[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.of.flatMap(namesIn);
    case 'not':
      return namesIn(filter.of);
    default:
      return [nameOf(filter.path)];
  }
}

/** Without the filter of a value path, which may hold values. */
const nameOf = ({ urn, name, sub }: Path): string =>
  printPath({ name, ...(urn !== undefined && { urn }), ...(sub !== undefined && { sub }) });
