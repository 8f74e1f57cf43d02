import { CORE } from './attributes.js';
import { invalidValue } from './error.js';
import type { Filter } from './filter.ast.js';
import { conditionOf } from './filter.condition.js';
import type { Condition } from './filter.logic.js';
import { parsePath, type Path } from './path.js';
import { parseQuery } from './query.js';
import { find, places, type Complex, type Place } from './registry.js';

/** One place in a resource: the way to it, then a part of what stands there. */
export interface Part {
  /** Name of the extension (unless core), then of the attribute; a schema's URN alone has no attribute. */
  readonly keys: readonly string[];
  readonly sub?: string;
  /** By type of element, what must hold for it. */
  readonly where?: ReadonlyMap<string | undefined, Condition>;
}

/** What a client wants to see (RFC 7644 section 3.9). */
export interface Projection {
  readonly only: boolean;
  readonly parts: readonly Part[];
}

/**
 * Reads the parameters attributes and excludedAttributes: names in any case, bare, dotted, URN-qualified or as value paths (`emails[type eq "work"]`). What is unknown selects
 * nothing. Undefined when everything is to be shown. Throws ScimError 400 invalidValue when both are given, for a list that is too long, or where a filter in brackets is wrong.
 */
export function parseProjection(
  attributes?: string,
  excludedAttributes?: string,
  partsOf: PartsOf = userParts,
): Projection | undefined {
  const only = namesIn(attributes);
  const without = namesIn(excludedAttributes);
  if (only.length > 0 && without.length > 0) throw invalidValue('attributes and excludedAttributes exclude each other');
  const names = only.length > 0 ? only : without;
  return names.length === 0 ? undefined : { only: only.length > 0, parts: once(names.flatMap(partsOf)) };
}

/** A part named many times, in however many spellings, is looked up once in each of a group's members. */
const once = (parts: readonly Part[]): Part[] => [
  ...new Map(parts.map((part) => [part.where ? part : JSON.stringify(part), part])).values(),
];

/** The same from the parameters of a request, whose names are in lower case. */
export const projectionIn = (parameters: ReadonlyMap<string, string>, partsOf?: PartsOf): Projection | undefined =>
  parseProjection(parameters.get('attributes'), parameters.get('excludedattributes'), partsOf);

/** The same of a request. Ask before anything is changed: what is refused is not done. */
export const projectionOf = ({ url }: { url: string }, partsOf?: PartsOf): Projection | undefined =>
  projectionIn(parseQuery(url), partsOf);

/** Looks up what a name means in a resource; nothing for an unknown one. */
export type PartsOf = (name: string) => Part[];

const maxLength = 8192;
const maxNames = 200;

/** Names are separated by commas, except within brackets and quotation marks. */
function namesIn(list = ''): string[] {
  if (list.length > maxLength) throw invalidValue(`A list of attributes has at most ${maxLength} characters`);
  const names: string[] = [];
  let [from, quoted, within] = [0, false, false];
  for (let at = 0; at <= list.length; at++) {
    const letter = list[at];
    if (letter === undefined || (letter === ',' && !quoted && !within)) {
      const name = list.slice(from, at).trim();
      if (name !== '') names.push(name);
      from = at + 1;
    } else if (letter === '"') quoted = !quoted;
    else if (quoted) at += letter === '\\' ? 1 : 0;
    else if (letter === '[') within = true;
    else if (letter === ']') within = false;
  }
  if (names.length > maxNames) throw invalidValue(`Ask for at most ${maxNames} attributes`);
  return names;
}

/** The parts of a user. */
export function userParts(name: string): Part[] {
  const path = pathOf(name);
  if (!path) return [];
  const sub = path.sub === undefined ? {} : { sub: path.sub.toLowerCase() };
  const found = find(path);
  switch (found.is) {
    case 'schema':
      return [{ keys: found.urn === CORE ? [] : [found.urn] }];
    case 'meta':
      return [{ keys: ['meta'], ...sub }];
    case 'simple':
      return spellingsOf(found.place).map((keys) => ({ keys }));
    case 'complex': {
      const [first] = [...(found.elements[0]?.subs.values() ?? [])];
      const where = path.where && { where: conditions(path.where, found) };
      return first ? spellingsOf(first).map((keys) => ({ keys, ...sub, ...where })) : [];
    }
    default:
      return [];
  }
}

const conditions = (where: Filter, { elements }: Complex) =>
  new Map(elements.map((element) => [element.type, conditionOf(where, element)]));

/** Who asks for an alias means the attribute, wherever it is answered. */
const spellingsOf = (asked: Place): string[][] =>
  places
    .filter((place) => place === asked || (asked.alias && place.attribute === asked.attribute))
    .map(({ urn, name }) => (urn === CORE ? [name] : [urn, name]));

export function pathOf(name: string): Path | undefined {
  try {
    return parsePath(name);
  } catch {
    return undefined;
  }
}
