import { about, invalidFilter, invalidValue, ScimError } from './error.js';
import { printFilter, printPath, type Filter, type Path } from './filter.ast.js';
import { shown, shownValue } from './text.js';
import { isEmpty, isObject, member } from './value.js';

/**
 * The ids that a value of `members` names, in lower case: one or several, each as a text, as `{"value": id}` or by its address.
 * Throws ScimError 400 invalidValue for what names nobody, and for a group inside a group.
 */
export function memberIds(value: unknown): string[] {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => {
    const id = isObject(item) ? (member(item, 'value') ?? lastPart(member(item, '$ref'))) : item;
    const type = isObject(item) ? member(item, 'type') : undefined;
    if (typeof type === 'string' && type.toLowerCase() !== 'user') {
      const why = about('group.memberType', 'members.type', 'User', shown(type));
      throw invalidValue('Members are users; a group inside a group is not possible: send its users', why);
    }
    if (typeof id === 'string' && id.trim() !== '') return id.toLowerCase();
    const why = about('group.memberId', 'members.value', 'the id of a user', shownValue(id));
    throw invalidValue('Each member needs the id of a user: {"value": "<id>"}', why);
  });
}

const lastPart = (address: unknown) =>
  typeof address === 'string' ? address.slice(address.lastIndexOf('/') + 1) : undefined;

/**
 * Whom a remove operation is about. Entra names them by a value beside the path, and only they may go (entra.md 1.7); or by a filter in brackets; without
 * either, which `null` is as well, everybody goes. Throws ScimError 400: invalidFilter, invalidValue, mutability.
 */
export function leavingIds(path: Path, value: unknown): string[] | 'all' {
  if (path.sub !== undefined) {
    const sentence = `${shown(printPath(path))} cannot be removed alone: remove the member (RFC 7643 section 8.7.1)`;
    throw new ScimError(400, 'mutability', sentence);
  }
  if (path.where) return chosen(path.where);
  if (value === undefined || value === null) return 'all';
  return isEmpty(value) ? [] : memberIds(value);
}

/** Members have an id and nothing else that could choose among them. */
function chosen(filter: Filter): string[] | 'all' {
  if (filter.op === 'or') {
    const parts = filter.of.map(chosen);
    return parts.includes('all') ? 'all' : parts.flat();
  }
  if (filter.op === 'and') {
    const parts = filter.of.map(chosen).filter((part) => part !== 'all');
    const [first = [], ...others] = parts as string[][];
    return parts.length === 0 ? 'all' : first.filter((id) => others.every((other) => other.includes(id)));
  }
  const name = filter.op === 'eq' ? filter.path.name.toLowerCase() : '';
  if (filter.op === 'eq' && name === 'value') return [String(filter.value).toLowerCase()];
  if (filter.op === 'eq' && name === 'type') return String(filter.value).toLowerCase() === 'user' ? 'all' : [];
  throw invalidFilter(`Members are chosen by value eq "<id>", not by ${shown(printFilter(filter))}`);
}
