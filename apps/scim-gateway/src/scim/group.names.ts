import { GROUP } from './attributes.js';
import { resolved } from './filter.condition.js';
import { metaLeaf, schemaLeaf, unknown, type Leaf, type Leaves } from './filter.leaves.js';
import { always, joined, type Column, type Condition } from './filter.logic.js';
import { pathOf, type Part } from './projection.js';
import type { Table } from './table.js';

/** Whether a name is the group's own: bare, or of the schema of groups. */
export const isOurs = (urn: string | undefined) => urn === undefined || urn === GROUP;
const text = (column: Column, caseExact: boolean, when: Condition = always): Leaf => ({
  type: 'string',
  caseExact,
  column,
  when,
});

/** What a name stands for in a filter on groups (RFC 7643 section 4.2). A comparison of `members` asks whether some member is so; what stands in brackets speaks of one member. */
const groupLeaves: Leaves = (path) => {
  if (!isOurs(path.urn)) return [];
  const name = path.name.toLowerCase();
  if (name === 'meta') return [metaLeaf(path, 'Group')];
  if (name === 'members') {
    const inside: Leaves = (inner) => memberLeaves(inner.name.toLowerCase(), always) ?? unknownName(inner);
    const when = path.where ? resolved(path.where, inside) : always;
    const leaves = memberLeaves(path.sub?.toLowerCase() ?? 'value', when) ?? unknownName(path);
    return leaves.map((leaf) => ({ ...leaf, many: true }));
  }
  if (path.sub !== undefined || path.where) return unknownName(path);
  switch (name) {
    case 'displayname':
      return [text('displayName', false)];
    case 'externalid':
      return [text('externalId', true)];
    case 'id':
      return [text('id', true)];
    case 'schemas':
      return [schemaLeaf(GROUP, always)];
    default:
      return unknownName(path);
  }
};

function memberLeaves(sub: string, when: Condition): Leaf[] | undefined {
  if (sub === 'value') return [text('member', true, when)];
  if (sub === '$ref') return [{ ...text('member', true, when), type: 'reference' }];
  const there = joined('and', [{ is: 'present', column: 'member' }, when]);
  if (sub === 'type') return [{ type: 'string', caseExact: false, constant: 'User', when: there }];
  return sub === 'display' ? [] : undefined;
}

const unknownName = (path: Parameters<typeof unknown>[0]): never => {
  throw unknown(path);
};

const columns: Partial<Record<Column, string>> = {
  id: 'g.group_id',
  created: 'g.created_at',
  modified: 'g.modified_at',
  displayName: 'g.name_key',
  externalId: 'g.external_id',
  member: 'mu.scim_id',
};

/** own.groups; members are in a table of their own and are shown by their users' SCIM ids. */
export const groupTable: Table = {
  alias: 'g',
  leaves: groupLeaves,
  expressionOf: (column) => columns[column] ?? 'null::text',
  some: (condition) =>
    `(g.group_id in (select m.group_id from own.users mu join own.group_members m on m.account_id = mu.account_id
      and m.user_id = mu.user_id where mu.account_id = $1 and ${condition}))`,
};

const shownNames = new Map(['displayName', 'externalId', 'members', 'meta'].map((name) => [name.toLowerCase(), name]));
const shownOfMembers = new Set(['value', '$ref', 'type']);

/** The parts of a group for attributes and excludedAttributes; nothing for an unknown name. */
export function groupParts(name: string): Part[] {
  const path = pathOf(name);
  if (!path || !isOurs(path.urn)) return [];
  if (path.name === '') return [{ keys: [] }];
  const key = shownNames.get(path.name.toLowerCase());
  const sub = path.sub?.toLowerCase();
  if (key === undefined || (key === 'members' && sub !== undefined && !shownOfMembers.has(sub))) return [];
  return [{ keys: [key], ...(sub !== undefined && { sub }) }];
}
