import { createHash } from 'node:crypto';
import { isUuid } from '../uuid.js';
import { dateKey } from './dates.js';
import { ScimError } from './error.js';
import type { Column, Key } from './filter.logic.js';
import { types } from './filter.sql.js';
import { sortable, type Order } from './sort.js';
import type { Table } from './table.js';
import { isStorable } from './text.js';

/** Where a page ended: the row's id and, where the listing is sorted, what it was sorted by. It is good for ever, and for its query only. */
export interface Cursor {
  readonly id: string;
  readonly key: string | null;
}

/** The resource type and the parameters that make a query what it is; a cursor of another query is refused. */
export type Query = {
  type: string;
  filter?: string | undefined;
  sortBy?: string | undefined;
  sortOrder?: string | undefined;
};

const fingerprint = ({ type, filter = '', sortBy = '', sortOrder = '' }: Query): string =>
  createHash('sha256')
    .update(JSON.stringify([type, filter, sortBy, sortOrder]))
    .digest('base64url')
    .slice(0, 8);

/** A cursor as clients see it: unreserved characters only (RFC 9865 section 2.1). */
export const printCursor = ({ id, key }: Cursor, query: Query): string =>
  Buffer.from(JSON.stringify([fingerprint(query), id, key])).toString('base64url');

/** Reads a cursor. Throws ScimError 400 invalidCursor for one that the gateway did not make, or made for another query. */
export function parseCursor(text: string, query: Query, { column }: Order): Cursor {
  const [print, id, key] = partsOf(text);
  const isKey = key === null || (column !== undefined && typeof key === 'string' && fits(column, key));
  if (print === fingerprint(query) && typeof id === 'string' && isUuid(id) && isKey) return { id, key };
  const sentence = 'This cursor is not of this query: begin again with an empty cursor, same filter and order';
  throw new ScimError(400, 'invalidCursor', sentence);
}

/** A cursor comes from outside, so what the database would not take is sorted out here. */
function fits(column: Column, key: string): boolean {
  if (column === 'id') return isUuid(key);
  if (types[column] === 'boolean') return key === 'true' || key === 'false';
  return types[column] === 'timestamptz' ? dateKey(key) !== undefined : isStorable(key);
}

function partsOf(text: string): [unknown, unknown, unknown] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? [parts[0], parts[1], parts[2]] : [undefined, undefined, undefined];
  } catch {
    return [undefined, undefined, undefined];
  }
}

/** The condition on a row that comes after the cursor in this order. */
export function after(
  table: Table,
  order: Order,
  { id, key }: Cursor,
  parameter: (key: Key, type: string) => string,
): string {
  const next = `${table.expressionOf('id')} > ${parameter(id, 'uuid')}`;
  const { column, descending } = order;
  const value = sortable(table, order);
  if (column === undefined || value === undefined) return `(${next})`;
  if (key === null) return descending ? `(${value} is not null or ${next})` : `(${value} is null and ${next})`;
  const place = parameter(key, types[column] ?? (column === 'id' ? 'uuid' : 'text'));
  const beyond = descending ? `${value} < ${place}` : `${value} > ${place} or ${value} is null`;
  return `(${beyond} or (${value} = ${place} and ${next}))`;
}
