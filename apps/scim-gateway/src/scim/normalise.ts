import { harmless } from './attributes.js';
import { erase } from './erase.js';
import { invalidPath, invalidSyntax, invalidValue, ScimError } from './error.js';
import { parsePath, type Path } from './path.js';
import { Reading } from './steps.js';
import { shown } from './text.js';
import { isEmpty, isObject, member, type JsonObject } from './value.js';
import { write, writeObject } from './write.js';

export const maxOperations = 1000;

/**
 * Reads the body of a PATCH (RFC 7644 section 3.5.2) in any of the dialects Entra and its relatives speak into uniform steps. `id`: the resource's own id, which
 * may be repeated. Throws ScimError: invalidSyntax, invalidPath, invalidFilter, invalidValue, mutability, noTarget, or 413.
 */
export function normalise(body: unknown, id?: string): Reading {
  const operations = isObject(body) ? member(body, 'Operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('A PATCH body has a list "Operations" with one or more operations');
  }
  if (operations.length > maxOperations) {
    throw new ScimError(413, undefined, `A PATCH has at most ${maxOperations} operations, not ${operations.length}`);
  }
  const reading = new Reading();
  for (const operation of operations as unknown[]) {
    if (!isObject(operation)) throw invalidSyntax('An operation is an object');
    readOperation(reading, operation, id);
  }
  return reading;
}

function readOperation(reading: Reading, operation: JsonObject, id: string | undefined): void {
  const op = String(member(operation, 'op')).toLowerCase();
  const value = member(operation, 'value');
  const path = readPath(reading, member(operation, 'path'));
  if (path === 'skip') return;
  if (op === 'remove') {
    if (!path) throw new ScimError(400, 'noTarget', 'A remove operation needs a path');
    return erase(reading, path, value);
  }
  if (op !== 'add' && op !== 'replace')
    throw invalidSyntax(`"${shown(op)}" is no operation; there are add, replace and remove`);
  if (value === undefined) throw invalidValue(`The ${op} operation has no value`);
  const rules = { op, ...(id !== undefined && { id }) } as const;
  if (path) return write(reading, path, value, { ...rules, strict: true });
  if (!isObject(value)) throw invalidValue(`The ${op} operation without a path needs an object as value`);
  writeObject(reading, value, { ...rules, strict: false });
}

/** A path that cannot be read is refused, unless it begins with an attribute that would be skipped anyway (`roles[0].primary`). */
function readPath(reading: Reading, raw: unknown): Path | 'skip' | undefined {
  if (isEmpty(raw)) return undefined;
  if (typeof raw !== 'string') throw invalidPath('The path of an operation is a string');
  try {
    return parsePath(raw);
  } catch (error) {
    const name = /^[a-z]\w*/i.exec(raw)?.[0].toLowerCase();
    if (!harmless.some((each) => each.toLowerCase() === name)) throw error;
    reading.ignore(raw);
    return 'skip';
  }
}
