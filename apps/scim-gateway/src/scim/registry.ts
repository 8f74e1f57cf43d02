import { attributes, CORE, harmless, harmlessSubs, type Attribute, ENTERPRISE, PRODUCT } from './attributes.js';
import { parsePath, type Path } from './path.js';

/** One spelling of one attribute: where in a SCIM resource its value stands. */
export interface Place {
  readonly attribute: Attribute;
  readonly path: string;
  readonly urn: string;
  readonly name: string;
  readonly sub: string | undefined;
  /** The `type` of the element in a multi-valued attribute. */
  readonly type: string | undefined;
  /** Answered only once the account has written it. */
  readonly alias: boolean;
}

/** A set of sub-attributes: the one of `name` and `manager`, or one per type of `emails`, `phoneNumbers` and `addresses`. */
export interface Element {
  readonly type: string | undefined;
  readonly primary: boolean;
  readonly subs: ReadonlyMap<string, Place>;
}

export interface Complex {
  readonly is: 'complex';
  readonly name: string;
  readonly many: boolean;
  readonly elements: readonly Element[];
}

/** What an attribute name of a user means. `foreign` belongs to a schema nobody here knows, `schema` is a URN alone. */
export type Found =
  | { readonly is: 'simple'; readonly place: Place }
  | Complex
  | { readonly is: 'schema'; readonly urn: string }
  | { readonly is: 'id' | 'meta' | 'schemas' | 'harmless' | 'foreign' | 'unknown' };

/** Every spelling there is, in the order of the table. */
export const places: readonly Place[] = attributes.flatMap((attribute) => [
  ...attribute.at.map((path) => place(attribute, path, false)),
  ...attribute.alias.map((path) => place(attribute, path, true)),
]);

/** By schema, then by name: as the table writes it, and in lower case. */
const byName = new Map<string, Map<string, Found>>([CORE, ENTERPRISE, PRODUCT].map((urn) => [urn, new Map()]));

/** Finds what the name (without sub-attribute) of a path means; a bare name belongs to the core schema. */
export function find({ urn = CORE, name }: Pick<Path, 'urn' | 'name'>): Found {
  const names = byName.get(urn);
  if (!names) return { is: 'foreign' };
  if (name === '') return { is: 'schema', urn };
  return names.get(name) ?? names.get(name.toLowerCase()) ?? { is: 'unknown' };
}

/** The place of a sub-attribute in an element; `harmless` for one that the product does not keep. */
export function findSub(element: Element, sub: string): Place | 'harmless' | 'unknown' {
  return element.subs.get(sub.toLowerCase()) ?? (harmlessSubs.has(sub.toLowerCase()) ? 'harmless' : 'unknown');
}

function place(attribute: Attribute, path: string, alias: boolean): Place {
  const { urn = CORE, name, where, sub } = parsePath(path);
  const type = where?.op === 'eq' ? String(where.value) : undefined;
  return { attribute, path, urn, name, sub, type, alias };
}

function define(urn: string, name: string, found: Found): void {
  byName.get(urn)?.set(name, found).set(name.toLowerCase(), found);
}

function elementsOf(spellings: readonly Place[]): Element[] {
  const types = [...new Set(spellings.map((spelling) => spelling.type))];
  return types.map((type) => {
    const here = spellings.filter((spelling) => spelling.type === type);
    const primary = here.some(({ attribute }) => attribute.field === 'email');
    return { type, primary, subs: new Map(here.map((spelling) => [(spelling.sub ?? '').toLowerCase(), spelling])) };
  });
}

for (const name of harmless) {
  const { urn = CORE, name: local } = parsePath(name);
  define(urn, local, { is: 'harmless' });
}
define(CORE, 'id', { is: 'id' });
define(CORE, 'meta', { is: 'meta' });
define(CORE, 'schemas', { is: 'schemas' });
for (const first of places) {
  const { urn, name, sub, type } = first;
  const siblings = places.filter((other) => other.urn === urn && other.name === name);
  const complex = { is: 'complex', name, many: type !== undefined, elements: elementsOf(siblings) } as const;
  define(urn, name, sub === undefined ? { is: 'simple', place: first } : complex);
}
