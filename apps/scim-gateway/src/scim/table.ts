import { userLeaves } from './filter.condition.js';
import type { Leaves } from './filter.leaves.js';
import type { Column } from './filter.logic.js';

/** A table as filters, sorting and paging see it. */
export interface Table {
  /** Its alias in the query; the account is always $1. */
  readonly alias: string;
  readonly leaves: Leaves;
  /** The expression of a column, of type text unless it has a type of its own. */
  expressionOf(column: Column): string;
  /** Says of the row what a condition on an expression says of one of its many values. */
  within?(column: Column, condition: string): string;
}

const columns: Partial<Record<Column, string>> = {
  id: 'u.scim_id',
  created: 'u.created_at',
  modified: 'u.modified_at',
  userName: 'u.user_name_key',
  email: 'u.email_key',
  externalId: 'u.external_id',
  manager: 'u.manager_ref',
  active: 'u.active',
};

/** own.users: what has no column of its own is looked up in `folded`. */
export const userTable: Table = {
  alias: 'u',
  leaves: userLeaves,
  expressionOf: (column) => columns[column] ?? `(u.folded->>'${column}')`,
};
