import { GROUP } from './attributes.js';
import { SCHEMA, type Definition, type SchemaResource } from './schemas.js';

const attribute = {
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
} as const;

/** A member is not changed: it is removed, and another one added (RFC 7643 section 8.7.1). */
const fixed = { ...attribute, mutability: 'immutable' } as const;

const member: Definition[] = [
  { ...fixed, name: 'value', description: 'The id of a user', caseExact: true },
  { ...fixed, name: '$ref', type: 'reference', description: 'Its address', caseExact: true, referenceTypes: ['User'] },
  { ...fixed, name: 'type', description: 'Always User', canonicalValues: ['User'] },
];

/** The schema of a group (RFC 7643 section 4.2), as far as it is kept. */
export const groupSchema = (baseUrl: string): SchemaResource => ({
  schemas: [SCHEMA],
  id: GROUP,
  name: 'Group',
  description: 'Group',
  attributes: [
    { ...attribute, name: 'displayName', description: 'The name of the group', required: true, uniqueness: 'server' },
    { ...attribute, name: 'externalId', description: 'The id by which Entra knows it', caseExact: true },
    {
      ...attribute,
      name: 'members',
      type: 'complex',
      multiValued: true,
      description: 'The users in the group',
      subAttributes: member,
    },
  ],
  meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${GROUP}` },
});
