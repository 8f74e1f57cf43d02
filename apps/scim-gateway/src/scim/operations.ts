import { about, invalidPath, invalidSyntax, invalidValue, ScimError } from './error.js';
import { shown } from './text.js';
import { isEmpty, isObject, member } from './value.js';

export const maxOperations = 1000;

/** One operation of a PATCH; without a path the value is an object. */
export type Operation = { op: 'add' | 'replace' | 'remove'; path: string | undefined; value: unknown };

/**
 * The operations in the body of a PATCH (RFC 7644 section 3.5.2), names and operators in any case. Throws ScimError: invalidSyntax, invalidPath,
 * invalidValue, or 413 for too many.
 */
export function eachOperation(body: unknown): Operation[] {
  const operations = isObject(body) ? member(body, 'Operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('A PATCH body has a list "Operations" with one or more operations');
  }
  if (operations.length > maxOperations) {
    throw new ScimError(413, undefined, `A PATCH has at most ${maxOperations} operations, not ${operations.length}`);
  }
  return operations.map(readOperation);
}

function readOperation(operation: unknown): Operation {
  if (!isObject(operation)) throw invalidSyntax('An operation is an object');
  const op = String(member(operation, 'op')).toLowerCase();
  const [path, value] = [member(operation, 'path'), member(operation, 'value')];
  if (!isEmpty(path) && typeof path !== 'string') throw invalidPath('The path of an operation is a string');
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    const why = about('patch.operation', 'op', 'add, replace or remove', shown(op));
    throw invalidSyntax(`"${shown(op)}" is no operation; there are add, replace and remove`, why);
  }
  if (op !== 'remove' && value === undefined) {
    const why = about('patch.value', isEmpty(path) ? 'value' : shown(path as string), 'a value', null);
    throw invalidValue(`The ${op} operation has no value`, why);
  }
  return { op, path: isEmpty(path) ? undefined : (path as string), value };
}
