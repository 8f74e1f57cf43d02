import type { ScimRequest } from './access.guard.js';
import { note, type FoundOne } from '../provisioning-log/noted.js';
import { invalidValue } from './error.js';
import type { Path } from './filter.ast.js';
import type { Leaves } from './filter.leaves.js';
import type { Condition } from './filter.logic.js';
import { listResponse, type ListQuery, type ListResponse } from './list.js';
import type { Page } from './page.js';
import type { Json } from './render.js';

/** `about`: the only one that was found. `condition`: what the filter came to. */
type Found = Page<Json> & { about?: FoundOne | undefined; condition?: Condition | undefined };

/** One resource type as lists and searches see it. */
export interface Listing {
  readonly leaves: Leaves;
  /** Reads the parameters. Throws ScimError 400. */
  parse(parameters: ReadonlyMap<string, string>): ListQuery;
  page(request: ScimRequest, query: ListQuery): Promise<Found>;
}

/** GET of a collection, or POST to its `.search` (RFC 7644 sections 3.4.2 and 3.4.3). */
export async function list(
  listing: Listing,
  request: ScimRequest,
  parameters: ReadonlyMap<string, string>,
): Promise<ListResponse<Json>> {
  const query = listing.parse(parameters);
  const page = await listing.page(request, query);
  noteLookup(request, query, page);
  return listResponse(page, query.cursor ? undefined : query.startIndex);
}

/** A GET with a filter is how Entra looks for somebody (entra.md 1.3). */
function noteLookup(
  request: ScimRequest,
  { filter }: ListQuery,
  { rows, total = rows.length, about, condition }: Found,
): void {
  if (!filter || request.method !== 'GET') return;
  const ids = rows.slice(0, 2).map((row) => String(row['id']));
  note(request, { found: { total, filter, condition, ids, about } });
}

/**
 * The same over several types: the pages of the first, then those of the next (RFC 7644 section 3.4.3). A type that does not have an attribute of the
 * filter has no value for it. Throws ScimError 400 invalidFilter when no type has it.
 */
export async function listAll(
  listings: readonly Listing[],
  request: ScimRequest,
  parameters: ReadonlyMap<string, string>,
): Promise<ListResponse<Json>> {
  for (const name of ['cursor', 'sortby']) {
    if (parameters.has(name)) throw invalidValue(`${name} is for one type: search /Users or /Groups by it`);
  }
  const rows: Json[] = [];
  let [total, startIndex] = [0, 1];
  for (const listing of listings) {
    const query = listing.parse(parameters);
    startIndex = query.startIndex;
    const part = { startIndex: Math.max(1, startIndex - total), count: query.count - rows.length };
    const page = await listing.page(request, { ...query, ...part, leaves: leavesAmong(listing, listings) });
    rows.push(...page.rows);
    total += page.total ?? 0;
  }
  return listResponse({ rows, total }, startIndex);
}

/** What names stand for in one type, which has no values for what only others have. */
function leavesAmong({ leaves }: Listing, all: readonly Listing[]): Leaves {
  const isKnown = (path: Path, scalar: boolean) => (each: Listing) => {
    try {
      each.leaves(path, scalar);
      return true;
    } catch {
      return false;
    }
  };
  return (path, scalar) => {
    try {
      return leaves(path, scalar);
    } catch (error) {
      if (all.some(isKnown(path, scalar))) return [];
      throw error;
    }
  };
}
