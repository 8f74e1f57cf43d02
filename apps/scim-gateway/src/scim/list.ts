import { invalidValue } from './error.js';
import { parseFilter } from './filter.parser.js';
import type { Filter } from './filter.ast.js';
import { parseProjection, type Projection } from './projection.js';
import { compileSort } from './sort.js';
import { shown } from './text.js';
import { isObject } from './value.js';

export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const maxResults = 1000;
const defaultCount = 100;

export interface ListQuery {
  /** One-based. */
  readonly startIndex: number;
  /** At most maxResults; 0 asks for totalResults only. */
  readonly count: number;
  readonly filter: Filter | undefined;
  /** An ORDER BY list on the user table, alias `u`; always a total order. */
  readonly orderBy: string;
  readonly projection: Projection | undefined;
}

/**
 * Reads the parameters of a listing (RFC 7644 section 3.4.2), their names in lower case as parseQuery and searchParameters give them. Throws ScimError 400: invalidFilter, invalidPath,
 * invalidValue.
 */
export function parseList(parameters: ReadonlyMap<string, string>): ListQuery {
  const filter = parameters.get('filter');
  return {
    startIndex: Math.max(1, integer(parameters, 'startIndex', 1)),
    count: Math.min(maxResults, Math.max(0, integer(parameters, 'count', defaultCount))),
    filter: filter === undefined ? undefined : parseFilter(filter),
    orderBy: compileSort(parameters.get('sortby'), parameters.get('sortorder')),
    projection: parseProjection(parameters.get('attributes'), parameters.get('excludedattributes')),
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
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: readonly T[];
}

export function listResponse<T>(
  resources: readonly T[],
  totalResults = resources.length,
  startIndex = 1,
): ListResponse<T> {
  return { schemas: [LIST_RESPONSE], totalResults, startIndex, itemsPerPage: resources.length, Resources: resources };
}

function integer(parameters: ReadonlyMap<string, string>, name: string, absent: number): number {
  const text = parameters.get(name.toLowerCase())?.trim();
  if (text === undefined || text === '') return absent;
  if (!/^[+-]?\d+$/.test(text)) throw invalidValue(`${name} must be a whole number, not "${shown(text)}"`);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
