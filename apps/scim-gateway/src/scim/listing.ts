import type { ScimRequest } from './access.guard.js';
import { invalidValue, ScimError } from './error.js';
import { listResponse, type ListQuery, type ListResponse } from './list.js';
import type { Page } from './page.js';
import type { Json } from './render.js';

/** One resource type as lists and searches see it. */
export interface Listing {
  /** Reads the parameters. Throws ScimError 400. */
  parse(parameters: ReadonlyMap<string, string>): ListQuery;
  page(request: ScimRequest, query: ListQuery): Promise<Page<Json>>;
}

/** GET of a collection, or POST to its `.search` (RFC 7644 sections 3.4.2 and 3.4.3). */
export async function list(
  listing: Listing,
  request: ScimRequest,
  parameters: ReadonlyMap<string, string>,
): Promise<ListResponse<Json>> {
  const query = listing.parse(parameters);
  const page = await listing.page(request, query);
  return listResponse(page, query.cursor ? undefined : query.startIndex);
}

/**
 * The same over several types: the pages of the first, then those of the next (RFC 7644 section 3.4.2.1). A type that does not have an attribute of
 * the filter has no value for it, so nothing of it is found; if none has it, that is an error.
 */
export async function listAll(
  listings: readonly Listing[],
  request: ScimRequest,
  parameters: ReadonlyMap<string, string>,
): Promise<ListResponse<Json>> {
  if (parameters.has('cursor')) throw invalidValue('Page by startIndex here, or search /Users and /Groups by cursor');
  const asked = listings.map((listing) => attempt(listing, parameters));
  const searched = asked.filter((each) => 'query' in each);
  const [first] = searched;
  if (!first) throw asked.find((each) => 'error' in each)?.error;
  const { startIndex, count } = first.query;
  const rows: Json[] = [];
  let total = 0;
  for (const { listing, query } of searched) {
    const from = Math.max(1, startIndex - total);
    const page = await listing.page(request, { ...query, startIndex: from, count: count - rows.length });
    rows.push(...page.rows);
    total += page.total ?? 0;
  }
  return listResponse({ rows, total }, startIndex);
}

type Attempt = { listing: Listing; query: ListQuery } | { error: ScimError };

function attempt(listing: Listing, parameters: ReadonlyMap<string, string>): Attempt {
  try {
    return { listing, query: listing.parse(parameters) };
  } catch (error) {
    if (error instanceof ScimError && (error.scimType === 'invalidFilter' || error.scimType === 'invalidPath')) {
      return { error };
    }
    throw error;
  }
}
