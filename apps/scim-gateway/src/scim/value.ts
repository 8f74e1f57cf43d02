import type { Attribute } from './attributes.js';
import { dateKey } from './dates.js';
import { invalidValue, type ScimError } from './error.js';
import { printPath, type Path } from './path.js';
import { isStorable, shown, shownValue } from './text.js';

export type JsonObject = { readonly [name: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of an object whatever the case of its name (RFC 7643 section 2.1). */
export function member(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

/** An empty list: of several possible values none. */
export const isNothing = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Null, absent, "" and [] all say that there is no value (RFC 7643 section 2.5, and Entra's way of clearing). */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || isNothing(value);

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
  if (typeof text !== 'string') throw wrong(as, 'value.text', 'must be a string', 'a text', text);
  if (!isStorable(text))
    throw wrong(as, 'value.characters', 'contains NUL or half a character', 'whole characters', text);
  if (text.length > attribute.maxLength) {
    const { maxLength } = attribute;
    throw wrong(as, 'value.length', `is longer than ${maxLength} characters`, `at most ${maxLength} characters`, text);
  }
  if (attribute.type === 'dateTime' && dateKey(text) === undefined) {
    const sentence = `must be a date or dateTime, and "${shown(text)}" is none`;
    throw wrong(as, 'value.date', sentence, 'a date or dateTime, such as 2026-11-25', text);
  }
  return attribute.required && text.trim() === '' ? undefined : text;
}

function readBoolean(value: unknown, as: Path): boolean {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (text === true || text === 'true') return true;
  if (text === false || text === 'false') return false;
  throw wrong(as, 'value.boolean', 'must be true or false', 'true or false', value);
}

function unwrap(raw: unknown, as: Path): unknown {
  let value = raw;
  if (Array.isArray(value)) {
    if (value.length > 1) throw wrong(as, 'value.single', `takes one value, not ${value.length}`, 'one value', value);
    value = value[0];
  }
  if (!isObject(value)) return value;
  const inner = member(value, 'value');
  if (inner === undefined) throw wrong(as, 'value.object', 'must not be an object', 'a value', value);
  return inner;
}

function wrong(as: Path, code: string, sentence: string, expected: string, received: unknown): ScimError {
  const attribute = shown(printPath(as));
  const checks = [{ attribute, expected, received: shownValue(received) }];
  return invalidValue(`The attribute ${attribute} ${sentence}`, { code, checks });
}
