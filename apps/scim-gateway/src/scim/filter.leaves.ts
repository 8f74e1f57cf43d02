import { CORE, ENTERPRISE, PRODUCT, type Attribute } from './attributes.js';
import { about, invalidFilter, type ScimError } from './error.js';
import { printPath, type Filter, type Path } from './filter.ast.js';
import { always, joined, someIs, type Column, type Condition } from './filter.logic.js';
import { find, findSub, places, type Complex, type Element, type Place } from './registry.js';
import { shown } from './text.js';

/** One value that a path may stand for, and the condition under which it does. */
export interface Leaf {
  /** `reference`: the address of a user, of whom the column has the id. */
  readonly type: Attribute['type'] | 'reference';
  readonly caseExact: boolean;
  readonly column?: Column;
  /** A value that is the same for everybody: `type` and `primary` of an element, meta.resourceType. */
  readonly constant?: string | boolean;
  readonly when: Condition;
  /** Of many values in a table of their own; `when` speaks of the same one. */
  readonly many?: true;
}

/** Every value that a path stands for; `scalar`: one per element. Throws ScimError 400 invalidFilter for a name that there is not. */
export type Leaves = (path: Path, scalar: boolean) => Leaf[];

export type Within = (where: Filter, element: Element) => Condition;

export const present = (leaf: Leaf): Condition => ofLeaf(leaf, isThere(leaf));

/** What is so of one value of a leaf, as a condition on the row. */
export const ofLeaf = ({ many }: Leaf, condition: Condition): Condition => (many ? someIs(condition) : condition);

export const isThere = ({ column, when }: Leaf): Condition =>
  column === undefined ? when : joined('and', [when, { is: 'present', column }]);

export const anyPresent = (element: Element): Condition =>
  joined(
    'or',
    [...element.subs.values()].map((place) => ({ is: 'present', column: place.attribute.field })),
  );

/**
 * Every value a path stands for; none when the product does not keep the attribute.
 * `scalar`: one value per element is meant, so `emails` alone reads as `emails.value`. Throws invalidFilter for an unknown name.
 */
export function leavesOf(path: Path, scalar: boolean, within: Within): Leaf[] {
  const found = find(path);
  switch (found.is) {
    case 'simple':
      if (path.sub !== undefined || path.where) throw unknown(path);
      return [leaf(found.place, always)];
    case 'complex':
      return found.elements.flatMap((element) => elementLeaves(found, element, path, scalar, within));
    case 'id':
      return [{ type: 'string', caseExact: true, column: 'id', when: always }];
    case 'meta':
      return [metaLeaf(path, 'User')];
    case 'schemas':
      return schemaLeaves(path);
    case 'harmless':
    case 'foreign':
      return [];
    default:
      throw unknown(path);
  }
}

/** `schemas`: the core schema, and each extension of which some attribute is there (RFC 7643 section 3). */
function schemaLeaves(path: Path): Leaf[] {
  if (path.sub !== undefined || path.where) throw unknown(path);
  const there = (urn: string) =>
    joined(
      'or',
      places.filter((place) => place.urn === urn).map((place) => ({ is: 'present', column: place.attribute.field })),
    );
  return [schemaLeaf(CORE, always), ...[ENTERPRISE, PRODUCT].map((urn) => schemaLeaf(urn, there(urn)))];
}

export const schemaLeaf = (urn: string, when: Condition): Leaf => ({
  type: 'string',
  caseExact: false,
  constant: urn,
  when,
});

/** The values of a name inside brackets: `type` in `emails[type eq "work"]`. */
export function subLeaves(element: Element, path: Path): Leaf[] {
  if (path.urn !== undefined || path.where || path.sub !== undefined) throw unknown(path);
  return subLeaf(element, path.name, always, path);
}

function elementLeaves(complex: Complex, element: Element, path: Path, scalar: boolean, within: Within): Leaf[] {
  const when = path.where ? joined('and', [anyPresent(element), within(path.where, element)]) : always;
  if (path.sub !== undefined) return subLeaf(element, path.sub, when, path);
  if (scalar) return complex.name === 'name' ? [] : subLeaf(element, 'value', when, path);
  return [...element.subs.values()].map((place) => leaf(place, when));
}

function subLeaf(element: Element, sub: string, when: Condition, path: Path): Leaf[] {
  const found = findSub(element, sub);
  if (found === 'unknown') throw unknown(path);
  if (found !== 'harmless') return [leaf(found, when)];
  const there = joined('and', [anyPresent(element), when]);
  const name = sub.toLowerCase();
  if (name === 'type' && element.type !== undefined) {
    return [{ type: 'string', caseExact: false, constant: element.type, when: there }];
  }
  return name === 'primary' && element.primary
    ? [{ type: 'boolean', caseExact: false, constant: true, when: there }]
    : [];
}

const leaf = ({ attribute: { type, caseExact, field } }: Place, when: Condition): Leaf => ({
  type,
  caseExact,
  column: field,
  when,
});

/** `meta.created`, `meta.lastModified` and `meta.resourceType` of a resource. Throws invalidFilter for another one. */
export function metaLeaf(path: Path, resourceType: string): Leaf {
  switch (path.sub?.toLowerCase()) {
    case 'created':
      return { type: 'dateTime', caseExact: false, column: 'created', when: always };
    case 'lastmodified':
      return { type: 'dateTime', caseExact: false, column: 'modified', when: always };
    case 'resourcetype':
      return { type: 'string', caseExact: true, constant: resourceType, when: always };
    default:
      throw unknown(path);
  }
}

export function unknown(path: Path): ScimError {
  const name = shown(printPath(path));
  const why = about('filter.attribute', 'filter', 'an attribute that /Schemas describes', name);
  return invalidFilter(`There is no attribute ${name} to filter by`, why);
}
