import { resolved } from './filter.condition.js';
import type { Filter } from './filter.ast.js';
import type { Column, Condition, Key, Operator } from './filter.logic.js';
import { userTable, type Table } from './table.js';

export interface Sql {
  readonly sql: string;
  readonly params: readonly Key[];
}

/** Types of columns that are not text. */
export const types: Partial<Record<Column, string>> = {
  created: 'timestamptz',
  modified: 'timestamptz',
  active: 'boolean',
};
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const signs = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/**
 * A filter as a condition on a table. Parameters are numbered from `first`. Equality of userName, email, externalId and id is plain
 * equality on the column, which uses the index on (account_id, column) also under row-level security. LIKE is never used, so `%` and `_` are letters.
 * Throws ScimError 400 invalidFilter.
 */
export function compileFilter(filter: Filter, first = 1, table: Table = userTable): Sql {
  const params: Key[] = [];
  const parameter = (key: Key, type: string) => `$${first + params.push(key) - 1}::${type}`;
  return { sql: sqlOf(resolved(filter, table.leaves), { table, parameter }), params };
}

type Making = { table: Table; parameter: (key: Key, type: string) => string };

function sqlOf(condition: Condition, making: Making): string {
  switch (condition.is) {
    case 'always':
      return 'true';
    case 'never':
      return 'false';
    case 'and':
    case 'or':
      return `(${condition.of.map((part) => sqlOf(part, making)).join(` ${condition.is} `)})`;
    case 'not':
      // An absent value makes a comparison null, which under `not` must count as false.
      return `(${sqlOf(condition.of, making)} is not true)`;
    case 'some':
      return making.table.some?.(sqlOf(condition.of, making)) ?? 'false';
    case 'present':
      return within(making, condition.column, `(${making.table.expressionOf(condition.column)} is not null)`);
    default: {
      const { is, column, key } = condition;
      return within(making, column, comparison(is, column, key, making));
    }
  }
}

const within = ({ table }: Making, column: Column, condition: string) => table.within?.(column, condition) ?? condition;

function comparison(op: Operator, column: Column, key: Key, { table, parameter }: Making): string {
  const value = table.expressionOf(column);
  const type = types[column];
  if (type !== undefined)
    return `(${value} ${op === 'eq' ? '=' : signs[op as keyof typeof signs]} ${parameter(key, type)})`;
  if (column === 'id' || column === 'member') return idComparison(op, value, key, parameter);
  return textComparison(op, value, parameter(key, 'text'));
}

/** An id is compared as a text, in the letters in which it is shown, so `eq` with anything else finds nobody. */
function idComparison(op: Operator, value: string, key: Key, parameter: Making['parameter']): string {
  if (op !== 'eq') return textComparison(op, `${value}::text`, parameter(key, 'text'));
  return uuid.test(String(key)) ? `(${value} = ${parameter(key, 'uuid')})` : 'false';
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
