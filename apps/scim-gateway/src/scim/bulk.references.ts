import type { BulkOperation } from './bulk.read.js';
import { splitUrn } from './urn.js';
import { isObject, member, type JsonObject } from './value.js';

/** A reference to what another operation of the request makes (RFC 7644 section 3.7.2). */
const reference = /^bulkId:(.+)$/;
const inPath = /^(\/[^/]+\/)bulkId:(.+)$/;

/** The bulkIds that a path and data speak of. */
export function referencesIn(path: string, data: unknown): Set<string> {
  const found = new Set<string>();
  const match = inPath.exec(path);
  if (match?.[2]) found.add(match[2]);
  collect(data, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    const id = reference.exec(value)?.[1];
    if (id !== undefined) found.add(id);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collect(inner, found);
  }
}

export type IdOf = (bulkId: string) => string | undefined;

export const pathWith = (path: string, idOf: IdOf): string =>
  path.replace(inPath, (whole, start: string, bulkId: string) => {
    const id = idOf(bulkId);
    return id === undefined ? whole : `${start}${id}`;
  });

/** Data with ids instead of references. What refers to something that is not there yet is left out, with the attribute or element that it is the id of. */
export function dataWith(data: unknown, idOf: IdOf): unknown {
  if (!isObject(data)) return filled(data, idOf);
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      const inner = isExtension(name, value) ? dataWith(value, idOf) : filled(value, idOf);
      return inner === undefined ? [] : [[name, inner]];
    }),
  );
}

const isExtension = (name: string, value: unknown): value is JsonObject =>
  isObject(value) && splitUrn(name).rest === '';

function filled(value: unknown, idOf: IdOf): unknown {
  if (typeof value === 'string') {
    const id = reference.exec(value)?.[1];
    return id === undefined ? value : idOf(id);
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, idOf)).filter((each) => each !== undefined);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, filled(inner, idOf)] as const);
  return entries.some(([, inner]) => inner === undefined) ? undefined : Object.fromEntries(entries);
}

/**
 * The data of a PATCH that gives a resource the references without which an operation made it: what speaks of one of `awaited`, and no attribute beside it, because
 * others may have been changed since, or kept from an employee who was adopted (P5, P6).
 */
export function completionOf({ method, data }: BulkOperation, awaited: ReadonlySet<string>): JsonObject {
  const speaks = (value: unknown) => [...referencesIn('', value)].some((id) => awaited.has(id));
  const only = (from: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(from)
        .filter(([, value]) => speaks(value))
        .map(([name, value]) => [name, isExtension(name, value) ? only(value) : value]),
    );
  if (!isObject(data)) return {};
  if (method !== 'PATCH') return { Operations: [{ op: 'add', value: only(data) }] };
  const operations = member(data, 'Operations');
  return { Operations: Array.isArray(operations) ? operations.filter(speaks) : [] };
}
