import { parseCursor, printCursor, type Cursor } from './cursor.js';
import { invalidValue, ScimError } from './error.js';
import { parseFilter } from './filter.parser.js';
import type { Filter } from './filter.ast.js';
import type { Leaves } from './filter.leaves.js';
import type { Condition } from './filter.logic.js';
import { projectionIn, userParts, type PartsOf, type Projection } from './projection.js';
import { parseSort, type Order } from './sort.js';
import { userTable, type Table } from './table.js';
import { shown } from './text.js';
import { isObject } from './value.js';

export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const maxResults = 1000;
export const defaultCount = 100;

export interface ListQuery {
  /** One-based. */
  readonly startIndex: number;
  /** At most maxResults; 0 asks for totalResults only. */
  readonly count: number;
  readonly filter: Filter | undefined;
  /** What the filter comes to, where that is known already. */
  readonly condition?: Condition | undefined;
  /** What the names in the filter stand for, where other types are searched too. */
  readonly leaves?: Leaves;
  readonly order: Order;
  readonly projection: Projection | undefined;
  /** Paging by cursor instead of startIndex (RFC 9865): `after` is where the page before ended, `next` makes the cursor of the page after. */
  readonly cursor?: { readonly after: Cursor | undefined; next(cursor: Cursor): string };
}

/**
 * Reads the parameters of a listing (RFC 7644 section 3.4.2, RFC 9865), their names in lower case as parseQuery and searchParameters give them.
 * Throws ScimError 400: invalidFilter, invalidPath, invalidValue, invalidCursor, invalidCount.
 */
export function parseList(
  parameters: ReadonlyMap<string, string>,
  table: Table = userTable,
  partsOf: PartsOf = userParts,
): ListQuery {
  const filter = parameters.get('filter');
  const [sortBy, sortOrder] = [parameters.get('sortby'), parameters.get('sortorder')];
  const order = parseSort(table, sortBy, sortOrder);
  const cursor = parameters.get('cursor');
  if (cursor !== undefined && parameters.has('startindex')) {
    throw invalidValue('Page by cursor or by startIndex, not by both');
  }
  const query = { type: table.alias, filter, sortBy, sortOrder };
  return {
    startIndex: Math.max(1, integer(parameters, 'startIndex', 1)),
    count: Math.min(maxResults, Math.max(0, integer(parameters, 'count', defaultCount))),
    filter: filter === undefined ? undefined : parseFilter(filter),
    order,
    projection: projectionIn(parameters, partsOf),
    ...(cursor !== undefined && {
      cursor: {
        after: cursor === '' ? undefined : parseCursor(cursor, query, order),
        next: (last) => printCursor(last, query),
      },
    }),
  };
}

/** The parameters in the body of a POST to `.search` (RFC 7644 section 3.4.3). Throws ScimError 400 invalidValue. */
export function searchParameters(body: unknown): Map<string, string> {
  if (!isObject(body)) throw invalidValue('The body of a search must be a JSON object');
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(body)) {
    if (value === null || name.toLowerCase() === 'schemas') continue;
    const text = Array.isArray(value) ? value.join(',') : value;
    if (typeof text !== 'string' && typeof text !== 'number') throw invalidValue(`${shown(name)} has a wrong type`);
    parameters.set(name.toLowerCase(), String(text));
  }
  return parameters;
}

export interface ListResponse<T> {
  schemas: string[];
  /** Left out where pages go by cursor, unless it was asked for by count=0: counting would cost more than the page. */
  totalResults?: number;
  startIndex?: number;
  itemsPerPage: number;
  /** Absent on the last page. */
  nextCursor?: string;
  Resources: readonly T[];
}

/** @param startIndex left out where pages go by cursor. */
export function listResponse<T>(
  { rows, total, next }: { rows: readonly T[]; total?: number; next?: string },
  startIndex?: number,
): ListResponse<T> {
  return {
    schemas: [LIST_RESPONSE],
    ...(total !== undefined && { totalResults: total }),
    ...(startIndex !== undefined && { startIndex }),
    itemsPerPage: rows.length,
    ...(next !== undefined && { nextCursor: next }),
    Resources: rows,
  };
}

function integer(parameters: ReadonlyMap<string, string>, name: string, absent: number): number {
  const text = parameters.get(name.toLowerCase())?.trim();
  if (text === undefined || text === '') return absent;
  if (!/^[+-]?\d+$/.test(text)) {
    const kind = name === 'count' && parameters.has('cursor') ? 'invalidCount' : 'invalidValue';
    throw new ScimError(400, kind, `${name} must be a whole number, not "${shown(text)}"`);
  }
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
