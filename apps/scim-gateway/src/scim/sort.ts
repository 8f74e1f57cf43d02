import { about, invalidPath, invalidValue } from './error.js';
import type { Column } from './filter.logic.js';
import { types } from './filter.sql.js';
import { parsePath } from './path.js';
import type { Table } from './table.js';
import { shown } from './text.js';

/** The order of a listing: by a column, if any, then by id, so it is always a total one and pages never overlap. */
export interface Order {
  readonly column?: Column;
  /** What stands in for a column without a value: the further elements of a multi-valued attribute. */
  readonly otherwise?: readonly Column[];
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
  const [column, ...otherwise] = sortBy === undefined || sortBy === '' ? [] : columnsOf(leaves, sortBy);
  return {
    descending: order === 'descending',
    ...(column !== undefined && { column }),
    ...(otherwise.length > 0 && { otherwise }),
  };
}

/** The ORDER BY list of SQL. Who has no value comes last when ascending, first when descending. */
export function orderBy(table: Table, order: Order): string {
  const id = table.expressionOf('id');
  const sorted = sortable(table, order);
  if (sorted === undefined) return id;
  return `${sorted} ${order.descending ? 'desc nulls first' : 'asc nulls last'}, ${id}`;
}

/** What sorts, compared by code point where it is text; undefined when only the id does. */
export function sortable(table: Table, { column, otherwise = [] }: Order): string | undefined {
  if (column === undefined) return undefined;
  const [first = '', ...more] = [column, ...otherwise].map(
    (each) => table.sortedBy?.(each) ?? table.expressionOf(each),
  );
  const expression = more.length > 0 ? `coalesce(${[first, ...more].join(', ')})` : first;
  return types[column] || column === 'id' ? expression : `(${expression}) collate "C"`;
}

/** Of a multi-valued attribute the primary or first element sorts; members sort nothing. */
function columnsOf(leaves: Table['leaves'], sortBy: string): Column[] {
  try {
    const found = leaves(parsePath(sortBy), true).filter(({ when }) => when.is !== 'never');
    return found.flatMap(({ column }) => (column === undefined || column === 'member' ? [] : [column]));
  } catch {
    const why = about('sort.attribute', 'sortBy', 'an attribute that /Schemas describes', shown(sortBy));
    throw invalidPath(
      `There is no attribute "${shown(sortBy)}" to sort by: /Schemas describes those that there are`,
      why,
    );
  }
}
