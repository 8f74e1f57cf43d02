import { conditionOf } from './filter.condition.js';
import type { Filter } from './filter.ast.js';
import type { Column, Condition, Key, Operator } from './filter.logic.js';

export interface Sql {
  readonly sql: string;
  readonly params: readonly Key[];
}

/** Columns of the user table (alias `u`) that a filter may use; every other field is looked up in `folded`. */
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

/** The expression of a column, of type text unless it has a type of its own. */
export const expressionOf = (column: Column): string => columns[column] ?? `(u.folded->>'${column}')`;

const types: Partial<Record<Column, string>> = { created: 'timestamptz', modified: 'timestamptz', active: 'boolean' };
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const signs = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/**
 * A filter as a condition on the user table. Parameters are numbered from `first`. Equality of userName, email, externalId and id is plain
 * equality on the column, which uses the index on (account_id, column) also under row-level security. LIKE is never used, so `%` and `_` are letters.
 * Throws ScimError 400 invalidFilter.
 */
export function compileFilter(filter: Filter, first = 1): Sql {
  const params: Key[] = [];
  const parameter = (key: Key, type: string) => `$${first + params.push(key) - 1}::${type}`;
  return { sql: sqlOf(conditionOf(filter), parameter), params };
}

type Parameter = (key: Key, type: string) => string;

function sqlOf(condition: Condition, parameter: Parameter): string {
  switch (condition.is) {
    case 'always':
      return 'true';
    case 'never':
      return 'false';
    case 'and':
    case 'or':
      return `(${condition.of.map((part) => sqlOf(part, parameter)).join(` ${condition.is} `)})`;
    case 'not':
      // An absent value makes a comparison null, which under `not` must count as false.
      return `(${sqlOf(condition.of, parameter)} is not true)`;
    case 'present':
      return `(${expressionOf(condition.column)} is not null)`;
    default:
      return comparison(condition.is, condition.column, condition.key, parameter);
  }
}

function comparison(op: Operator, column: Column, key: Key, parameter: Parameter): string {
  const value = expressionOf(column);
  const type = types[column];
  if (type !== undefined)
    return `(${value} ${op === 'eq' ? '=' : signs[op as keyof typeof signs]} ${parameter(key, type)})`;
  if (column === 'id') return idComparison(op, key, parameter);
  return textComparison(op, value, parameter(key, 'text'));
}

/** An id is compared as a text, in the letters in which it is shown, so `eq` with anything else finds nobody. */
function idComparison(op: Operator, key: Key, parameter: Parameter): string {
  if (op !== 'eq') return textComparison(op, 'u.scim_id::text', parameter(key, 'text'));
  return uuid.test(String(key)) ? `(u.scim_id = ${parameter(key, 'uuid')})` : 'false';
}

function textComparison(op: Operator, value: string, key: string): string {
  switch (op) {
    case 'eq':
      return `(${value} = ${key})`;
    case 'co':
      return `(position(${key} in ${value}) > 0)`;
    case 'sw':
      return `starts_with(${value}, ${key})`;
    case 'ew':
      return `(right(${value}, length(${key})) = ${key})`;
    default:
      return `(${value} collate "C" ${signs[op]} ${key})`;
  }
}
