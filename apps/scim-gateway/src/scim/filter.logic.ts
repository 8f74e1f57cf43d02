import type { Field } from './attributes.js';
import type { Comparison } from './filter.ast.js';
import { compareCodePoints } from './text.js';

/** What a row can be asked for: a user's field of P2, a group's name and members, the SCIM id, or the times of meta. */
export type Column = Field | 'displayName' | 'member' | 'id' | 'created' | 'modified';

export type Operator = Exclude<Comparison, 'ne'>;
export type Key = string | boolean;

/** A filter with every name looked up and every value typed. The evaluator and the SQL compiler both read this. */
export type Condition =
  | { readonly is: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly is: 'not'; readonly of: Condition }
  /** One of the values in a table of their own is so, and it is one and the same of which everything inside speaks. */
  | { readonly is: 'some'; readonly of: Condition }
  | { readonly is: 'always' | 'never' }
  | { readonly is: 'present'; readonly column: Column }
  | { readonly is: Operator; readonly column: Column; readonly key: Key };

export const always: Condition = { is: 'always' };
export const never: Condition = { is: 'never' };

/** Conjunction and disjunction without the parts that say nothing. */
export function joined(op: 'and' | 'or', parts: readonly Condition[]): Condition {
  if (parts.length === 1 && parts[0]) return parts[0];
  const [neutral, absorbing] = op === 'and' ? [always, never] : [never, always];
  if (parts.some((part) => part.is === absorbing.is)) return absorbing;
  const flat = parts.filter((part) => part.is !== neutral.is).flatMap((part) => (part.is === op ? part.of : [part]));
  const of = op === 'and' ? flat.filter((part, i) => !isImplied(part, i, flat)) : flat;
  return of.length === 0 ? neutral : of.length === 1 && of[0] ? of[0] : { is: op, of };
}

/** A comparison can only hold for what is there, so asking for presence beside it would only hide an index from Postgres. */
function isImplied(part: Condition, index: number, all: readonly Condition[]): boolean {
  if (part.is !== 'present') return false;
  return all.some(
    (other, i) => 'column' in other && other.column === part.column && (other.is !== 'present' || i < index),
  );
}

export function negated(of: Condition): Condition {
  if (of.is === 'always') return never;
  return of.is === 'never' ? always : { is: 'not', of };
}

export const someIs = (of: Condition): Condition => (of.is === 'never' ? never : { is: 'some', of });

/** One comparison of two keys, for the evaluator and for constants. Texts are ordered by code point. */
export function holds(op: Operator, actual: Key, key: Key): boolean {
  if (op === 'eq') return actual === key;
  return typeof actual === 'string' && typeof key === 'string' && texts[op](actual, key);
}

const texts: Record<Exclude<Operator, 'eq'>, (actual: string, key: string) => boolean> = {
  co: (actual, key) => actual.includes(key),
  sw: (actual, key) => actual.startsWith(key),
  ew: (actual, key) => actual.endsWith(key),
  gt: (actual, key) => compareCodePoints(actual, key) > 0,
  ge: (actual, key) => compareCodePoints(actual, key) >= 0,
  lt: (actual, key) => compareCodePoints(actual, key) < 0,
  le: (actual, key) => compareCodePoints(actual, key) <= 0,
};
