import { invalidPath, invalidValue } from './error.js';
import type { Column } from './filter.logic.js';
import { types } from './filter.sql.js';
import { parsePath } from './path.js';
import type { Table } from './table.js';
import { shown } from './text.js';

/** The order of a listing: by a column, if any, then by id, so it is always a total one and pages never overlap. */
export interface Order {
  readonly column?: Column;
  readonly descending: boolean;
}

/**
 * Reads the order of a listing (RFC 7644 section 3.4.2.3). Without sortBy: by id, which is the oldest first and has an index. An attribute the product
 * does not keep sorts nothing. Throws ScimError 400 invalidPath for an unknown one, invalidValue for another sortOrder.
 */
export function parseSort({ leaves }: Table, sortBy?: string, sortOrder = 'ascending'): Order {
  const order = sortOrder.toLowerCase();
  if (order !== 'ascending' && order !== 'descending') {
    throw invalidValue(`sortOrder is ascending or descending, not "${shown(sortOrder)}"`);
  }
  const column = sortBy === undefined || sortBy === '' ? undefined : columnOf(leaves, sortBy);
  return { descending: order === 'descending', ...(column !== undefined && { column }) };
}

/** The ORDER BY list of SQL. Who has no value comes last when ascending, first when descending. */
export function orderBy(table: Table, { column, descending }: Order): string {
  const id = table.expressionOf('id');
  if (column === undefined) return id;
  return `${sortable(table, column)} ${descending ? 'desc nulls first' : 'asc nulls last'}, ${id}`;
}

/** What sorts, compared by code point where it is text. */
export function sortable(table: Table, column: Column): string {
  const expression = table.sortedBy?.(column) ?? table.expressionOf(column);
  return types[column] || column === 'id' ? expression : `(${expression}) collate "C"`;
}

/** Of a multi-valued attribute the primary or first element sorts; members sort nothing. */
function columnOf(leaves: Table['leaves'], sortBy: string): Column | undefined {
  try {
    const [leaf] = leaves(parsePath(sortBy), true);
    return leaf?.column === 'member' ? undefined : leaf?.column;
  } catch {
    throw invalidPath(`There is no attribute "${shown(sortBy)}" to sort by`);
  }
}
