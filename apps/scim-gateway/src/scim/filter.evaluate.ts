import { attributes, type Field, type UserValues } from './attributes.js';
import { dateKey } from './dates.js';
import { conditionOf } from './filter.condition.js';
import type { Filter } from './filter.ast.js';
import { holds, type Column, type Condition, type Key } from './filter.logic.js';
import { foldKey } from '@bitabiz/event-contracts/fold';

/** A user as a filter sees it. */
export interface FilterRow {
  readonly id: string;
  readonly values: UserValues;
  readonly created: Date;
  readonly modified: Date;
}

const byField = new Map(attributes.map((attribute) => [attribute.field, attribute]));

/** Whether a user matches; agrees with the SQL that compileFilter makes of the same filter. Throws ScimError 400 invalidFilter. */
export function matches(filter: Filter, row: FilterRow): boolean {
  return evaluate(conditionOf(filter), (column) => keyIn(row, column));
}

type KeyOf = (column: Column) => Key | undefined;

/** Whether a condition is met, given the value of each column in the form in which it is compared; `many`: the same of each of the many values. */
export function evaluate(condition: Condition, keyOf: KeyOf, many: readonly KeyOf[] = []): boolean {
  switch (condition.is) {
    case 'always':
    case 'never':
      return condition.is === 'always';
    case 'and':
      return condition.of.every((part) => evaluate(part, keyOf, many));
    case 'or':
      return condition.of.some((part) => evaluate(part, keyOf, many));
    case 'not':
      return !evaluate(condition.of, keyOf, many);
    case 'some':
      return many.some((each) => evaluate(condition.of, each));
    case 'present':
      return keyOf(condition.column) !== undefined;
    default: {
      const actual = keyOf(condition.column);
      return actual !== undefined && holds(condition.is, actual, condition.key);
    }
  }
}

/** The value of a column in the form in which it is compared. */
export function keyIn(row: FilterRow, column: Column): Key | undefined {
  switch (column) {
    case 'id':
      return row.id;
    case 'created':
    case 'modified':
      return dateKey(row[column].toISOString());
    default:
      return fieldKey(column as Field, row.values[column as Field]);
  }
}

/**
 * The texts by which fields are compared and sorted: folded where case does not count, employmentDate as a moment that sorts.
 * This is what belongs into the `folded` column that compileFilter reads.
 */
export function foldedValues(values: UserValues): Partial<Record<Field, string>> {
  const folded: Partial<Record<Field, string>> = {};
  for (const { field } of attributes) {
    const key = fieldKey(field, values[field]);
    if (typeof key === 'string') folded[field] = key;
  }
  return folded;
}

/** The value of a field in the form in which it is compared. */
export function fieldKey(field: Field, value: string | boolean | undefined): Key | undefined {
  if (typeof value !== 'string') return value;
  const attribute = byField.get(field);
  if (attribute?.type === 'dateTime') return dateKey(value);
  return attribute?.caseExact ? value : foldKey(value);
}
