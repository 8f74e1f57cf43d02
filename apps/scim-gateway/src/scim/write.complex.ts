import { invalidValue } from './error.js';
import type { Filter } from './filter.ast.js';
import { printPath, type Path } from './path.js';
import { findSub, type Complex, type Element, type Place } from './registry.js';
import { immutableType, unknownAttribute, type Rules } from './rules.js';
import { setsIn } from './spellings.js';
import { primarySpelling, type Reading } from './steps.js';
import { shown } from './text.js';
import { isEmpty, isObject, member, readValue, type JsonObject } from './value.js';
import { isKept, saysPrimary } from './where.js';

/** Reads a value written to `name`, `manager`, `emails`, `phoneNumbers` or `addresses`, to their elements or their sub-attributes. */
export function writeComplex(reading: Reading, complex: Complex, path: Path, value: unknown, rules: Rules): void {
  const { where, sub } = path;
  const [first] = complex.elements as [Element];
  if (where) return writeWithin(reading, complex, { ...path, where }, value, rules);
  if (sub === undefined && complex.many) return writeElements(reading, complex, path, value, rules);
  writeElement(reading, first, path, value, rules);
}

function writeWithin(reading: Reading, complex: Complex, path: Path & { where: Filter }, value: unknown, rules: Rules) {
  if (!isKept(path.where, complex)) return reading.ignore(printPath(path));
  if (saysPrimary(path.where)) reading.spellings.add(primarySpelling);
  const choices = complex.elements.map((element) => ({
    element,
    steps: reading.apart(() => writeElement(reading, element, path, value, rules)),
  }));
  if (choices.every((choice) => choice.steps.length === 0)) return;
  reading.steps.push({ do: 'within', where: path.where, creates: true, as: path, choices });
}

/** Structure rather than content; not worth a line in the log. */
const silent = new Set(['type', 'primary', '$ref']);

function writeElement(reading: Reading, element: Element, path: Path, value: unknown, rules: Rules): void {
  if (path.sub === undefined) return writeWhole(reading, element, path, value, rules);
  if (path.sub.toLowerCase() === 'type' && (path.where || rules.strict))
    return writeType(reading, element, path, value, rules);
  const found = findSub(element, path.sub);
  if (element.primary && path.sub.toLowerCase() === 'primary' && isTrue(value)) reading.spellings.add(primarySpelling);
  if (found === 'unknown') unknownAttribute(reading, path, rules);
  else if (found !== 'harmless') reading.set(found, value, path);
  else if (!silent.has(path.sub.toLowerCase())) reading.ignore(printPath(path));
}

const text = { attribute: { type: 'string', required: false, maxLength: 512 } } as const;

/** The type may be repeated, in any case, but an element stays what it is. */
function writeType(reading: Reading, { type }: Element, path: Path, value: unknown, { strict }: Rules): void {
  const written = readValue(text, value, path);
  if (type === undefined || String(written).toLowerCase() === type || (written === undefined && !strict)) return;
  reading.steps.push({ do: 'refuse', error: immutableType(path, type, value) });
}

function writeWhole(reading: Reading, element: Element, path: Path, value: unknown, rules: Rules): void {
  const one = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  if (isEmpty(one)) {
    for (const place of element.subs.values()) reading.clear(place);
  } else if (isObject(one)) {
    reading.members(withReference(one), (sub, inner) =>
      writeElement(reading, element, { ...path, sub }, inner, { ...rules, strict: false }),
    );
  } else {
    const scalar = element.subs.get('value');
    if (!scalar || Array.isArray(one)) throw invalidValue(`The attribute ${shown(printPath(path))} must be one object`);
    reading.set(scalar, one, path);
  }
}

/** A reference may come as its address only: the id is the last part of it. */
function withReference(reference: JsonObject): JsonObject {
  const address = member(reference, '$ref');
  if (typeof address !== 'string' || address === '' || member(reference, 'value') !== undefined) return reference;
  return { ...reference, value: address.slice(address.lastIndexOf('/') + 1) };
}

/**
 * A list of elements. Replacing clears the elements that are not in it (RFC 7644 section 3.5.2.3). Of several for one place one value is kept, and the place is
 * named as one where another was not.
 */
function writeElements(reading: Reading, complex: Complex, path: Path, value: unknown, rules: Rules): void {
  const nothing = isEmpty(value);
  if (nothing || rules.op === 'replace') {
    for (const { subs } of complex.elements) for (const place of subs.values()) reading.clear(place);
  }
  if (nothing) return;
  const items: unknown[] = Array.isArray(value) ? value : [value];
  if (items.filter(isPrimary).length > 1) {
    throw invalidValue(`${shown(printPath(path))} has several primary values: mark one of them (RFC 7643 section 2.4)`);
  }
  const kept = new Map<Place, string | boolean>();
  for (const item of items.filter((each) => !isEmpty(each)).sort((a, b) => rank(a) - rank(b))) {
    const type = typeOf(item);
    const element = complex.elements.find((each) => type === undefined || each.type === type);
    if (!element) {
      reading.ignore(`${printPath(path)}[type eq ${JSON.stringify(type)}]`);
      continue;
    }
    const steps = reading.apart(() => writeWhole(reading, element, path, item, rules));
    reading.steps.push(...steps);
    for (const { place, value: next } of setsIn(steps)) {
      if ((kept.get(place) ?? next) !== next) reading.ignore(place.path);
      kept.set(place, next);
    }
  }
}

/** An element without a type is the first kind, which is `work`; of several for one place the typed and the primary one comes last and wins. */
function typeOf(item: unknown): string | undefined {
  const type = isObject(item) ? member(item, 'type') : undefined;
  return typeof type === 'string' && type !== '' ? type.toLowerCase() : undefined;
}

function rank(item: unknown): number {
  return (typeOf(item) === undefined ? 0 : 1) + (isPrimary(item) ? 2 : 0);
}

const isPrimary = (item: unknown): boolean => isObject(item) && isTrue(member(item, 'primary'));
const isTrue = (value: unknown): boolean => String(value).toLowerCase() === 'true';
