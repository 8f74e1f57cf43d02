import { invalidValue } from './error.js';
import { parsePath, printPath, type Path } from './path.js';
import { find, places } from './registry.js';
import { readOnlyError, unknownAttribute, type Rules } from './rules.js';
import type { Reading } from './steps.js';
import { isEmpty, isNothing, isObject } from './value.js';
import { writeComplex } from './write.complex.js';

/** Reads a value written to a path. Adding an empty list adds nothing (RFC 7644 section 3.5.2.1); replacing by one clears. */
export function write(reading: Reading, path: Path, value: unknown, rules: Rules): void {
  const found = find(path);
  if (rules.op === 'add' && isNothing(value) && found.is !== 'unknown') return;
  switch (found.is) {
    case 'simple':
      if (path.sub !== undefined || path.where) return unknownAttribute(reading, path, rules);
      return reading.set(found.place, value, path);
    case 'complex':
      return writeComplex(reading, found, path, value, rules);
    case 'schema':
      return writeSchema(reading, found.urn, value, rules);
    case 'id':
    case 'meta':
    case 'schemas':
      return readOnly(found.is, path, value, rules);
    case 'harmless':
      return isEmpty(value) ? undefined : reading.ignore(printPath(path));
    case 'foreign':
      return reading.ignore(printPath(path));
    default:
      return unknownAttribute(reading, path, rules);
  }
}

/** Reads an object of attributes: names, dotted names, URN-qualified names and value paths as keys, and extension objects (P2, P4, P8). */
export function writeObject(reading: Reading, object: object, rules: Rules, urn?: string): void {
  reading.members(object, (key, value) => {
    const path = keyPath(key, urn);
    if (path) write(reading, path, value, { ...rules, strict: false });
    else reading.ignore(key);
  });
}

function writeSchema(reading: Reading, urn: string, value: unknown, rules: Rules): void {
  if (isObject(value)) return writeObject(reading, value, rules, urn);
  if (!isEmpty(value)) throw invalidValue(`The value of ${urn} must be an object`);
  for (const place of places) if (place.urn === urn && !place.alias) reading.clear(place);
}

/** Undefined for a key that is no path, or a schema inside a schema, which could be nested without end. */
function keyPath(key: string, urn: string | undefined): Path | undefined {
  try {
    const path = parsePath(key);
    if (urn === undefined) return path;
    return path.name === '' ? undefined : { urn, ...path };
  } catch {
    return undefined;
  }
}

function readOnly(
  name: 'id' | 'meta' | 'schemas',
  path: Path,
  value: unknown,
  { id, strict, skipReadOnly }: Rules,
): void {
  if (skipReadOnly || (name !== 'id' && !strict) || (name === 'id' && value === id)) return;
  throw readOnlyError(path, value);
}
