import { invalidPath, invalidValue } from './error.js';
import { leavesOf } from './filter.leaves.js';
import { never, type Column } from './filter.logic.js';
import { expressionOf } from './filter.sql.js';
import { parsePath } from './path.js';
import { shown } from './text.js';

const typed: readonly Column[] = ['id', 'created', 'modified', 'active'];

/**
 * The ORDER BY list of a listing (RFC 7644 section 3.4.2.3) on the user table, alias `u`. Who has no value comes last when ascending, first when descending;
 * equal ones are told apart by age and id, so pages never overlap. Without sortBy: the oldest first. An attribute the product does not keep
 * sorts nothing. Throws ScimError 400 invalidPath for an unknown one, invalidValue for another sortOrder.
 */
export function compileSort(sortBy?: string, sortOrder = 'ascending'): string {
  const order = sortOrder.toLowerCase();
  if (order !== 'ascending' && order !== 'descending') {
    throw invalidValue(`sortOrder is ascending or descending, not "${shown(sortOrder)}"`);
  }
  const direction = order === 'ascending' ? 'asc nulls last' : 'desc nulls first';
  const terms = columnsOf(sortBy).map((column) => `${sortable(column)} ${direction}`);
  return [...terms, 'u.created_at', 'u.scim_id'].join(', ');
}

/** Of a multi-valued attribute the primary or first element sorts. */
function columnsOf(sortBy: string | undefined): Column[] {
  if (sortBy === undefined || sortBy === '') return [];
  try {
    const [leaf] = leavesOf(parsePath(sortBy), true, () => never);
    return leaf?.column === undefined ? [] : [leaf.column];
  } catch {
    throw invalidPath(`There is no attribute "${shown(sortBy)}" to sort by`);
  }
}

const sortable = (column: Column) =>
  typed.includes(column) ? expressionOf(column) : `${expressionOf(column)} collate "C"`;
