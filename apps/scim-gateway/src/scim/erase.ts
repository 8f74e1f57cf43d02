import { printPath, type Path } from './path.js';
import { find, findSub, places, type Complex, type Element } from './registry.js';
import { immutableType, readOnlyError, unknownAttribute } from './rules.js';
import type { Reading } from './steps.js';
import { isEmpty, isNothing, isObject, member } from './value.js';
import { isKept } from './where.js';

/**
 * Reads a remove operation. Entra names what to take out of a multi-valued attribute by a value beside the path
 * (`path: "manager", value: [{"value": id}]`), so that value selects, and `""` and `[]` select none of many; for a simple attribute it says nothing.
 */
export function erase(reading: Reading, path: Path, value: unknown): void {
  const found = find(path);
  switch (found.is) {
    case 'simple':
      if (path.sub !== undefined || path.where) return unknownAttribute(reading, path, { strict: true });
      return reading.remove(found.place);
    case 'complex':
      return eraseComplex(reading, found, path, value);
    case 'schema':
      for (const place of places) if (place.urn === found.urn && !place.alias) reading.remove(place);
      return undefined;
    case 'id':
    case 'meta':
    case 'schemas':
      throw readOnlyError(path);
    case 'harmless':
    case 'foreign':
      return reading.ignore(printPath(path));
    default:
      return unknownAttribute(reading, path, { strict: true });
  }
}

function eraseComplex(reading: Reading, complex: Complex, path: Path, value: unknown): void {
  const { where } = path;
  if (where) {
    if (!isKept(where, complex)) return reading.ignore(printPath(path));
    const choices = complex.elements.map((element) => ({
      element,
      steps: reading.apart(() => eraseElement(reading, element, path)),
    }));
    reading.steps.push({ do: 'within', where, creates: false, as: path, choices });
  } else if (path.sub === undefined && complex.many && (value === '' || isNothing(value))) {
    return;
  } else if (path.sub === undefined && !isEmpty(value)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) eraseItem(reading, complex, item);
  } else {
    for (const element of complex.elements) eraseElement(reading, element, path);
  }
}

function eraseElement(reading: Reading, element: Element, path: Path): void {
  if (path.sub === undefined) {
    for (const place of element.subs.values()) reading.remove(place);
    return;
  }
  if (path.sub.toLowerCase() === 'type' && element.type !== undefined) {
    reading.steps.push({ do: 'refuse', error: immutableType(path, element.type, null) });
    return;
  }
  const found = findSub(element, path.sub);
  if (typeof found === 'object') reading.remove(found);
  else if (found === 'unknown') unknownAttribute(reading, path, { strict: true });
  else reading.ignore(printPath(path));
}

/** Takes out the elements that are like the item: of its type, and with its value, as far as it names them. */
function eraseItem(reading: Reading, complex: Complex, item: unknown): void {
  const type = isObject(item) ? member(item, 'type') : undefined;
  const only = isObject(item) ? member(item, 'value') : item;
  for (const element of complex.elements) {
    if (typeof type === 'string' && type.toLowerCase() !== element.type) continue;
    for (const place of element.subs.values()) {
      const selects = place.sub === 'value' && typeof only === 'string' && only !== '';
      reading.remove(place, selects ? only : undefined);
    }
  }
}
