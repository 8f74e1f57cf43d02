export const comparisons = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof comparisons)[number];

/** What an attribute is compared with. Numbers are kept as their text: no attribute of a user is a number. */
export type Literal = string | boolean | null;

/** An attribute path of RFC 7644 (figures 1 and 7), names in the letters in which they were written. */
export interface Path {
  /** Canonical for a known schema; absent when the name is bare. */
  readonly urn?: string;
  /** Empty when the path is a schema's URN alone. */
  readonly name: string;
  /** The filter in brackets. */
  readonly where?: Filter;
  readonly sub?: string;
}

/** A filter of RFC 7644 section 3.4.2.2. `exists` is a value path standing alone: `emails[type eq "work"]`. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'pr' | 'exists'; readonly path: Path }
  | { readonly op: Comparison; readonly path: Path; readonly value: Literal };

/** A path as text; parsing it gives the same path again. */
export function printPath({ urn, name, where, sub }: Path): string {
  const qualified = urn === undefined ? name : name === '' ? urn : `${urn}:${name}`;
  return `${qualified}${where ? `[${printFilter(where)}]` : ''}${sub === undefined ? '' : `.${sub}`}`;
}

/** A filter as text; parsing it gives the same filter again. */
export function printFilter(filter: Filter): string {
  switch (filter.op) {
    case 'and':
      return filter.of.map((part) => grouped(part, part.op === 'and' || part.op === 'or')).join(' and ');
    case 'or':
      return filter.of.map((part) => grouped(part, part.op === 'or')).join(' or ');
    case 'not':
      return `not (${printFilter(filter.of)})`;
    case 'pr':
      return `${printPath(filter.path)} pr`;
    case 'exists':
      return printPath(filter.path);
    default:
      return `${printPath(filter.path)} ${filter.op} ${JSON.stringify(filter.value)}`;
  }
}

const grouped = (filter: Filter, parentheses: boolean) =>
  parentheses ? `(${printFilter(filter)})` : printFilter(filter);
