import { isObject } from './value.js';

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

/** The way from one bulkId along references back to itself; undefined when there is none. */
export function circleOf(start: string, next: (bulkId: string) => readonly string[]): string[] | undefined {
  const from = new Map<string, string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const each of next(id)) {
      if (each === start) return [...wayTo(id, from, start), start];
      if (from.has(each)) continue;
      from.set(each, id);
      open.push(each);
    }
  }
  return undefined;
}

function wayTo(id: string, from: ReadonlyMap<string, string>, start: string): string[] {
  const way = [id];
  for (let at = id; at !== start; way.unshift(at)) at = from.get(at) ?? start;
  return way;
}

export type IdOf = (bulkId: string) => string | undefined;

export const pathWith = (path: string, idOf: IdOf): string =>
  path.replace(inPath, (whole, start: string, bulkId: string) => {
    const id = idOf(bulkId);
    return id === undefined ? whole : `${start}${id}`;
  });

/** Data with ids instead of references. What refers to something that is not there yet is left out, with the value that it is the id of. */
export function dataWith(data: unknown, idOf: IdOf): unknown {
  if (!isObject(data)) return filled(data, idOf);
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      const inner = filled(value, idOf);
      return inner === undefined ? [] : [[name, inner]];
    }),
  );
}

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
