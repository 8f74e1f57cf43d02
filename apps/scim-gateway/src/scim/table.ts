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
  /** Adds to a condition on an expression what must hold for its value to count. */
  within?(column: Column, condition: string): string;
  /** Says of the row that a condition is met by one of its many values, which stand in a table of their own. */
  some?(condition: string): string;
  /** What a column sorts by, where that is not the column itself. */
  sortedBy?(column: Column): string | undefined;
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

/** As in own.known_users: who is not shown is not found either. Not `not exists`, of which Postgres makes a join that reads everybody. */
const isManagerShown =
  'exists (select from own.gone_ids x where x.account_id = u.account_id and x.scim_id = u.manager_id) is not true';

/** own.users: what has no column of its own is looked up in `folded`. */
export const userTable: Table = {
  alias: 'u',
  leaves: userLeaves,
  expressionOf: (column) => columns[column] ?? `(u.folded->>'${column}')`,
  within: (column, condition) => (column === 'manager' ? `(${condition} and ${isManagerShown})` : condition),
  sortedBy: (column) => (column === 'manager' ? `case when ${isManagerShown} then u.manager_ref end` : undefined),
};
