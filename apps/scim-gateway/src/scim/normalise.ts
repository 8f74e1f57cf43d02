import { harmless } from './attributes.js';
import { erase } from './erase.js';
import { invalidValue, ScimError } from './error.js';
import { eachOperation, type Operation } from './operations.js';
import { parsePath, type Path } from './path.js';
import { Reading } from './steps.js';
import { isObject } from './value.js';
import { write, writeObject } from './write.js';

/**
 * Reads the body of a PATCH (RFC 7644 section 3.5.2) in any of the dialects Entra and its relatives speak into uniform steps. `id`: the resource's own id, which
 * may be repeated. Throws ScimError: invalidSyntax, invalidPath, invalidFilter, invalidValue, mutability, noTarget, or 413.
 */
export function normalise(body: unknown, id?: string): Reading {
  const reading = new Reading();
  for (const operation of eachOperation(body)) readOperation(reading, operation, id);
  return reading;
}

function readOperation(reading: Reading, { op, path: raw, value }: Operation, id: string | undefined): void {
  const path = readPath(reading, raw);
  if (path === 'skip') return;
  if (op === 'remove') {
    if (!path) throw new ScimError(400, 'noTarget', 'A remove operation needs a path');
    return erase(reading, path, value);
  }
  const rules = { op, ...(id !== undefined && { id }) } as const;
  if (path) return write(reading, path, value, { ...rules, strict: true });
  if (!isObject(value)) throw invalidValue(`The ${op} operation without a path needs an object as value`);
  writeObject(reading, value, { ...rules, strict: false });
}

/** A path that cannot be read is refused, unless it begins with an attribute that would be skipped anyway (`roles[0].primary`). */
function readPath(reading: Reading, raw: string | undefined): Path | 'skip' | undefined {
  if (raw === undefined) return undefined;
  try {
    return parsePath(raw);
  } catch (error) {
    const name = /^[a-z]\w*/i.exec(raw)?.[0].toLowerCase();
    if (!harmless.some((each) => each.toLowerCase() === name)) throw error;
    reading.ignore(raw);
    return 'skip';
  }
}
