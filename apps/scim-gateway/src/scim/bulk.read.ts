import { invalidSyntax, invalidValue, ScimError } from './error.js';
import { maxOperations } from './operations.js';
import { shown } from './text.js';
import { isObject, member, type JsonObject } from './value.js';

/** The largest request, in bytes; bulk or not. */
export const maxPayloadSize = 5 * 1024 * 1024;

export type BulkOperation = {
  method: string;
  path: string;
  bulkId: string | undefined;
  data: unknown;
  version: string | undefined;
};

export type Bulk = { operations: BulkOperation[]; failOnErrors: number };

/**
 * Reads the body of a bulk request (RFC 7644 section 3.7). What is wrong with one operation is that operation's error.
 * Throws ScimError: 413 for too many operations; 400 invalidSyntax, and invalidValue for a bulkId that two operations have.
 */
export function readBulk(body: unknown): Bulk {
  const raw = isObject(body) ? member(body, 'Operations') : undefined;
  if (!isObject(body) || !Array.isArray(raw)) throw invalidSyntax('A bulk request has a list "Operations"');
  if (raw.length > maxOperations) {
    const sentence = `A bulk request has at most ${maxOperations} operations (maxOperations), not ${raw.length}: send it in parts`;
    throw new ScimError(413, undefined, sentence);
  }
  const operations = raw.map(readOperation);
  const ids = operations.flatMap(({ bulkId }) => bulkId ?? []);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw invalidValue(`Two operations have the bulkId "${shown(twice)}"; each needs one of its own`);
  const failOnErrors = member(body, 'failOnErrors') ?? Infinity;
  const isCount = failOnErrors === Infinity || Number.isInteger(failOnErrors);
  if (typeof failOnErrors !== 'number' || !isCount || failOnErrors < 1) {
    throw invalidValue('failOnErrors is the number of errors after which to stop: 1 or more');
  }
  return { operations, failOnErrors };
}

function readOperation(raw: unknown): BulkOperation {
  if (!isObject(raw)) throw invalidSyntax('An operation is an object with method, path and data');
  return {
    method: textIn(raw, 'method')?.toUpperCase() ?? '',
    path: textIn(raw, 'path') ?? '',
    bulkId: textIn(raw, 'bulkId'),
    data: member(raw, 'data'),
    version: textIn(raw, 'version'),
  };
}

function textIn(raw: JsonObject, name: string): string | undefined {
  const value = member(raw, name);
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw invalidSyntax(`The ${name} of an operation is a string`);
}

/** Whether a path is that of one user or group. */
export const isOfOne = (path: string): boolean => /^\/(Users|Groups)\/[^/?#]+$/i.test(path);
const isOfAll = (path: string) => /^\/(Users|Groups)$/i.test(path);

const paths: Record<string, (path: string) => boolean> = {
  POST: isOfAll,
  PUT: isOfOne,
  PATCH: isOfOne,
  DELETE: isOfOne,
};

/** What is wrong with an operation before anything is done; undefined when nothing is. */
export function wrongIn({ method, path, data, bulkId }: BulkOperation): ScimError | undefined {
  const fits = paths[method];
  if (!fits) return invalidSyntax(`"${shown(method)}" is no method here; there are POST, PUT, PATCH and DELETE`);
  if (!fits(path)) {
    return invalidValue(`${method} needs the path of ${method === 'POST' ? '/Users or /Groups' : 'one user or group'}`);
  }
  if (method === 'POST' && !bulkId) {
    return invalidValue('A POST needs a bulkId of its own, by which the answer names it (RFC 7644 section 3.7)');
  }
  return method !== 'DELETE' && !isObject(data) ? invalidValue(`${method} needs data`) : undefined;
}
