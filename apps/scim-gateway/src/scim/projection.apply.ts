import { ENTERPRISE, PRODUCT, type Field, type UserValues } from './attributes.js';
import { evaluate, fieldKey } from './filter.evaluate.js';
import type { Part, Projection } from './projection.js';

type Json = Record<string, unknown>;
type Matches = (element: Json) => boolean;

const extensions: readonly string[] = [ENTERPRISE, PRODUCT];
const isArray = (value: unknown): value is readonly (Json | undefined)[] => Array.isArray(value);
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The chosen part of a rendered resource as a new object; id and schemas are always there (RFC 7643 section 7, `returned`). */
export function project(resource: Json, { only, parts }: Projection, values: UserValues = {}): Json {
  const { schemas, id, ...rest } = resource;
  const chosen: Json = only ? {} : rest;
  for (const part of parts) {
    const matches = matcher(part, values);
    if (part.keys.length === 0) wholeCore(rest, chosen, only);
    else if (only) include(rest, chosen, part, matches);
    else exclude(rest, chosen, part, matches);
  }
  const compacted = compact(chosen);
  return {
    schemas: (schemas as string[]).filter((urn) => !extensions.includes(urn) || urn in compacted),
    id,
    ...compacted,
  };
}

function matcher({ where }: Part, values: UserValues): Matches {
  if (!where) return () => true;
  const keyOf = (column: string) => fieldKey(column as Field, values[column as Field]);
  return (element) => {
    const condition = where.get(element['type'] as string | undefined);
    return condition !== undefined && evaluate(condition, keyOf);
  };
}

/** The core schema's URN alone stands for all of its attributes. */
function wholeCore(resource: Json, chosen: Json, only: boolean): void {
  for (const [name, value] of Object.entries(resource)) {
    if (extensions.includes(name)) continue;
    if (only) chosen[name] = value;
    else delete chosen[name];
  }
}

function include(source: Json, target: Json, part: Part, matches: Matches): void {
  const [key = '', ...keys] = part.keys;
  const value = source[key];
  if (value === undefined || value === target[key]) return;
  if (keys.length > 0) {
    const inner = { ...(target[key] as Json | undefined) };
    include(value as Json, inner, { ...part, keys }, matches);
    target[key] = inner;
  } else if (isArray(value)) {
    const chosen = target[key] as (Json | undefined)[] | undefined;
    target[key] = value.map((each, i) =>
      each && matches(each) ? { ...chosen?.[i], ...pick(each, part.sub) } : chosen?.[i],
    );
  } else {
    target[key] = isJson(value) ? { ...(target[key] as Json | undefined), ...pick(value, part.sub) } : value;
  }
}

function exclude(source: Json, target: Json, part: Part, matches: Matches): void {
  const [key = '', ...keys] = part.keys;
  const value = target[key];
  if (value === undefined) return;
  if (keys.length > 0) {
    const inner = { ...(value as Json) };
    exclude(source[key] as Json, inner, { ...part, keys }, matches);
    target[key] = inner;
  } else if (isArray(value)) {
    target[key] = value.map((each) => (each && matches(each) ? omit(each, part.sub) : each));
  } else {
    target[key] = isJson(value) ? omit(value, part.sub) : undefined;
  }
}

/** The sub-attribute of this name in any case, or everything. */
const pick = (value: Json, sub: string | undefined): Json =>
  sub === undefined ? value : Object.fromEntries(Object.entries(value).filter(([name]) => name.toLowerCase() === sub));

const omit = (value: Json, sub: string | undefined): Json | undefined =>
  sub === undefined
    ? undefined
    : Object.fromEntries(Object.entries(value).filter(([name]) => name.toLowerCase() !== sub));

/** Without what has become empty: an attribute without a value is not shown (RFC 7643 section 2.5). */
function compact(chosen: Json): Json {
  const shown: Json = {};
  for (const [name, value] of Object.entries(chosen)) {
    const inner = isArray(value)
      ? value.filter((each) => each && Object.keys(each).length > 0)
      : isJson(value)
        ? compact(value)
        : value;
    const isEmpty =
      inner === undefined || (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0);
    if (!isEmpty) shown[name] = inner;
  }
  return shown;
}
