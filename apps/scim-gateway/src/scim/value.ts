import type { Attribute } from './attributes.js';
import { dateKey } from './dates.js';
import { invalidValue } from './error.js';
import { printPath, type Path } from './path.js';

import { isStorable, shown } from './text.js';

export type JsonObject = { readonly [name: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of an object whatever the case of its name (RFC 7643 section 2.1). */
export function member(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

/** Null, absent, "" and [] all say that there is no value (RFC 7643 section 2.5, and Entra's way of clearing). */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

type Readable = { attribute: Pick<Attribute, 'type' | 'required' | 'maxLength' | 'numbersToo'> };

/**
 * The value of one attribute as it is kept: a text letter for letter, or a real boolean; undefined when the attribute is to be cleared. Reads Entra's
 * shapes: `"True"`, and a scalar wrapped as `[{"$ref":null,"value":"x"}]`. Throws ScimError 400 invalidValue naming the attribute `as` it was written.
 */
export function readValue({ attribute }: Readable, raw: unknown, as: Path): string | boolean | undefined {
  const value = unwrap(raw, as);
  if (isEmpty(value)) return undefined;
  if (attribute.type === 'boolean') return readBoolean(value, as);
  const text = attribute.numbersToo && typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw invalidValue(`The attribute ${shown(printPath(as))} must be a string`);
  if (!isStorable(text)) throw invalidValue(`The attribute ${shown(printPath(as))} contains NUL or half a character`);
  if (text.length > attribute.maxLength) {
    throw invalidValue(`The attribute ${shown(printPath(as))} is longer than ${attribute.maxLength} characters`);
  }
  if (attribute.type === 'dateTime' && dateKey(text) === undefined) {
    throw invalidValue(
      `The attribute ${shown(printPath(as))} must be a date or dateTime, and "${shown(text)}" is none`,
    );
  }
  return attribute.required && text.trim() === '' ? undefined : text;
}

function readBoolean(value: unknown, as: Path): boolean {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (text === true || text === 'true') return true;
  if (text === false || text === 'false') return false;
  throw invalidValue(`The attribute ${shown(printPath(as))} must be true or false`);
}

function unwrap(raw: unknown, as: Path): unknown {
  let value = raw;
  if (Array.isArray(value)) {
    if (value.length > 1)
      throw invalidValue(`The attribute ${shown(printPath(as))} takes one value, not ${value.length}`);
    value = value[0];
  }
  if (!isObject(value)) return value;
  const inner = member(value, 'value');
  if (inner === undefined) throw invalidValue(`The attribute ${shown(printPath(as))} must not be an object`);
  return inner;
}
