import type { GroupStep } from '../group/group.handler.js';
import { GROUP } from './attributes.js';
import { about, invalidPath, invalidSyntax, invalidValue, ScimError } from './error.js';
import { leavingIds, memberIds } from './group.members.js';
import { isOurs } from './group.names.js';
import { eachOperation, type Operation } from './operations.js';
import { parsePath, printPath, type Path } from './path.js';
import { readOnlyError } from './rules.js';
import { unclear } from './spellings.js';
import { shown } from './text.js';
import { splitUrn } from './urn.js';
import { isEmpty, isObject, readValue } from './value.js';

const text = { attribute: { type: 'string', required: false, maxLength: 512 } } as const;

/**
 * Reads the body of a POST (RFC 7644 section 3.3) or PUT (3.5.1) of a group. What it leaves out is not set; read-only and unknown attributes are skipped.
 * Throws ScimError 400: invalidSyntax for a body that is no object, invalidValue.
 */
export function readGroup(body: unknown): GroupStep[] {
  if (!isObject(body)) throw invalidSyntax('The body must be a JSON object');
  return [
    { do: 'set', field: 'displayName', value: null },
    { do: 'set', field: 'externalId', value: null },
    { do: 'leave', ids: 'all' },
    ...readObject(body, 'add', 'any'),
  ];
}

/**
 * Reads the body of a PATCH of a group (RFC 7644 section 3.5.2) in Entra's shapes (entra.md 1.7). `id`: the group's own, which may be repeated.
 * Throws ScimError: invalidSyntax, invalidPath, invalidFilter, invalidValue, mutability, noTarget, or 413.
 */
export function readGroupPatch(body: unknown, id: string): GroupStep[] {
  const parts = eachOperation(body).map((operation) => ({ ...operation, steps: readOperation(operation, id) }));
  const named = parts.findLast(({ steps }) => steps.some((step) => 'field' in step && step.field === 'displayName'));
  if (named?.op === 'remove') {
    const why = about('group.nameMissing', 'displayName', 'a value that is not empty', null);
    throw new ScimError(400, 'mutability', 'displayName is required and cannot be removed: replace it', why);
  }
  return parts.flatMap(({ steps }) => steps);
}

function readOperation({ op, path: raw, value }: Operation, id: string): GroupStep[] {
  const path = raw === undefined ? undefined : parsePath(raw);
  if (path && path.name !== '') return readPath(path, op, value);
  if (op === 'remove') throw new ScimError(400, 'noTarget', 'A remove operation needs a path');
  if (!isObject(value)) throw invalidValue(`The ${op} operation without a path needs an object as value`);
  return readObject(value, op, id);
}

function readPath(path: Path, op: Operation['op'], value: unknown): GroupStep[] {
  const name = path.name.toLowerCase();
  if (!isOurs(path.urn)) return [];
  if (name === 'members') return readMembers(path, op, value);
  if (name === 'id' || name === 'meta' || name === 'schemas') throw readOnlyError(path, value);
  if ((name !== 'displayname' && name !== 'externalid') || path.sub !== undefined || path.where) {
    throw invalidPath(
      `There is no attribute ${shown(printPath(path))}; a group has displayName, externalId and members`,
    );
  }
  const field = name === 'displayname' ? 'displayName' : 'externalId';
  const read = op === 'remove' ? undefined : readValue(text, value, path);
  return [{ do: 'set', field, value: read === undefined ? null : String(read) }];
}

type Named = { path: Path; value: unknown };

/** Names may be qualified, and the whole may stand under the schema's URN. `id`: which one may stand there and changes nothing. */
function readObject(object: object, op: 'add' | 'replace', id: string): GroupStep[] {
  const byName = Map.groupBy(membersIn(object, id), ({ path }) => path.name.toLowerCase());
  return [...byName.values()].flatMap((spellings) => readSpellings(spellings, op));
}

function membersIn(object: object, id: string): Named[] {
  return Object.entries(object).flatMap(([key, value]): Named[] => {
    if (key.toLowerCase() === GROUP.toLowerCase()) return isObject(value) ? membersIn(value, id) : [];
    const path = known(key);
    const name = path?.name.toLowerCase();
    if (!path || name === 'meta' || (name === 'id' && (id === 'any' || value === id))) return [];
    return [{ path, value }];
  });
}

/** One attribute under one name or several. Members are too many to compare with what is stored: under each name they must be the same. */
function readSpellings(spellings: readonly Named[], op: 'add' | 'replace'): GroupStep[] {
  const read = spellings.map(({ path, value }) => ({ path, steps: readPath(path, op, value) }));
  const steps = read[0]?.steps ?? [];
  const [first] = steps;
  if (read.length === 1 || !first) return steps;
  if (first.do === 'set') {
    const values = read.flatMap((each) =>
      each.steps.flatMap((step) => (step.do === 'set' ? [{ value: step.value ?? undefined, as: each.path }] : [])),
    );
    return [{ do: 'settle', field: first.field, spellings: values }];
  }
  if (new Set(read.map((each) => JSON.stringify(each.steps))).size > 1) throw unclear(read.map(({ path }) => path));
  return steps;
}

/** What is not an attribute of a group is skipped as the key of an object (RFC 7644 section 3.3), also where another schema calls it the same. */
function known(key: string): Path | undefined {
  const { urn, rest } = splitUrn(key);
  const ours = isOurs(urn) && /^(id|meta|displayName|externalId|members)$/i.test(rest);
  return ours ? parsePath(key) : undefined;
}

function readMembers(path: Path, op: Operation['op'], value: unknown): GroupStep[] {
  if (op === 'remove') return [{ do: 'leave', ids: leavingIds(path, value) }];
  if (path.where || path.sub !== undefined) {
    const sentence = 'A member cannot be changed: remove it, and add another one (RFC 7643 section 8.7.1)';
    throw new ScimError(400, 'mutability', sentence);
  }
  const joining: GroupStep = { do: 'join', ids: isEmpty(value) ? [] : memberIds(value) };
  return op === 'replace' ? [{ do: 'leave', ids: 'all' }, joining] : [joining];
}
