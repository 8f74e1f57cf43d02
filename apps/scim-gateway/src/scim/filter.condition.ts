import { dateKey } from './dates.js';
import { about, invalidFilter } from './error.js';
import { printPath, type Comparison, type Filter, type Literal, type Path } from './filter.ast.js';
import { isThere, leavesOf, ofLeaf, present, subLeaves, type Leaf, type Leaves } from './filter.leaves.js';
import { always, holds, joined, negated, never, type Condition, type Key, type Operator } from './filter.logic.js';
import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Element } from './registry.js';
import { isStorable, shown } from './text.js';

/**
 * Resolves a filter against the attribute table of users. Inside the brackets of a value path pass the element whose names are meant. An attribute that the
 * product does not keep has no value for anybody. Throws ScimError 400 invalidFilter for an unknown attribute or a value of the wrong type.
 */
export const conditionOf = (filter: Filter, element?: Element): Condition =>
  resolved(filter, element ? (path) => subLeaves(element, path) : userLeaves);

/** The same for any resource, whose names `leaves` looks up. Throws ScimError 400 invalidFilter. */
export function resolved(filter: Filter, leaves: Leaves): Condition {
  switch (filter.op) {
    case 'and':
    case 'or':
      return joined(
        filter.op,
        filter.of.map((part) => resolved(part, leaves)),
      );
    case 'not':
      return negated(resolved(filter.of, leaves));
    case 'pr':
    case 'exists':
      return anyOf(leaves(filter.path, false).map(present));
    default:
      return comparison(filter, leaves(filter.path, true));
  }
}

function comparison({ op, path, value }: Extract<Filter, { value: Literal }>, leaves: Leaf[]): Condition {
  if (value === null) return againstNull(op, leaves);
  if (op === 'ne') return differs(leaves, path, value);
  return anyOf(leaves.map((leaf) => ofLeaf(leaf, compared(leaf, op, path, value))));
}

/** The leaves of a user's attribute. */
export const userLeaves: Leaves = (path, scalar) => leavesOf(path, scalar, conditionOf);
const anyOf = (conditions: Condition[]) => joined('or', conditions);

/** Whether any value differs; without any value that is so as well (RFC 7643 section 2.5: unassigned and null are the same). */
function differs(leaves: Leaf[], path: Path, value: Literal): Condition {
  const equal = leaves.map((leaf) => compared(leaf, 'eq', path, value));
  if (leaves.length === 1 && !leaves[0]?.many) return negated(anyOf(equal));
  const different = leaves.map((leaf, i) => ofLeaf(leaf, joined('and', [isThere(leaf), negated(equal[i] ?? never)])));
  return anyOf([...different, negated(anyOf(leaves.map(present)))]);
}

function againstNull(op: Comparison, leaves: Leaf[]): Condition {
  if (op !== 'eq' && op !== 'ne') throw invalidFilter(`null can be compared by eq and ne only, not by ${op}`);
  const some = anyOf(leaves.map(present));
  return op === 'ne' ? some : negated(some);
}

/** RFC 7644 table 3: booleans and references have no order and no parts; of a dateTime the order is that of time. */
function compared(leaf: Leaf, op: Operator, path: Path, value: Literal): Condition {
  const partial = op === 'co' || op === 'sw' || op === 'ew';
  const allowed = leaf.type === 'string' || op === 'eq' || (leaf.type === 'dateTime' && !partial);
  if (!allowed) throw invalidFilter(`${shown(printPath(path))} is a ${leaf.type}, which ${op} cannot compare`);
  const key = keyOf(leaf, path, value);
  if (leaf.column !== undefined) {
    const condition = { is: op, column: leaf.column, key };
    return leaf.when === always ? condition : joined('and', [leaf.when, condition]);
  }
  const { constant, caseExact } = leaf;
  const actual = typeof constant === 'string' && !caseExact ? foldKey(constant) : constant;
  return actual !== undefined && holds(op, actual, key) ? leaf.when : never;
}

/** The form in which a value is compared: folded unless case counts, a moment for dates. */
function keyOf({ type, caseExact }: Leaf, path: Path, value: Literal): Key {
  const text = String(value);
  if (!isStorable(text))
    throw invalidFilter(`The value for ${shown(printPath(path))} contains NUL or half a character`);
  if (type === 'string') return caseExact ? text : foldKey(text);
  if (type === 'reference') return /\/Users\/([^/]+)$/i.exec(text)?.[1]?.toLowerCase() ?? '';
  const key = type === 'dateTime' ? dateKey(text) : { true: true, false: false }[text.toLowerCase()];
  if (key === undefined) {
    const name = shown(printPath(path));
    const why = about('filter.value', name, type, shown(text));
    throw invalidFilter(`"${shown(text)}" is no ${type}, as ${name} is`, why);
  }
  return key;
}
