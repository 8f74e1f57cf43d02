import { CORE, ENTERPRISE, PRODUCT, type Attribute } from './attributes.js';
import { find, places, type Complex, type Place } from './registry.js';

export const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

const exampleDate = '2024-01-15T00:00:00Z';

/** An attribute definition of RFC 7643 section 7. */
export interface Definition {
  name: string;
  type: 'string' | 'boolean' | 'dateTime' | 'complex' | 'reference';
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact?: boolean;
  canonicalValues?: string[];
  referenceTypes?: string[];
  mutability: 'readWrite' | 'immutable';
  returned: 'default';
  uniqueness?: 'none' | 'server';
  subAttributes?: Definition[];
}

export interface SchemaResource {
  schemas: string[];
  id: string;
  name: string;
  description: string;
  attributes: Definition[];
  meta: { resourceType: 'Schema'; location: string };
}

const described = [
  { id: CORE, name: 'User', description: 'User Account' },
  { id: ENTERPRISE, name: 'EnterpriseUser', description: 'Enterprise User' },
  { id: PRODUCT, name: 'HrUser', description: 'HR master data of a user' },
];

/**
 * The schemas of a user, made from the attribute table. Only what is kept is advertised, and no alias: a client that writes every advertised attribute would write one
 * value twice. Sub-attributes are few on purpose: Microsoft's validator stumbles over `emails.display` and `emails.primary`.
 */
export function userSchemas(baseUrl: string): SchemaResource[] {
  return described.map(({ id, name, description }) => ({
    schemas: [SCHEMA],
    id,
    name,
    description,
    attributes: definitionsOf(id),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  }));
}

function definitionsOf(urn: string): Definition[] {
  const here = places.filter((place) => place.urn === urn && !place.alias);
  const names = [...new Set(here.map((place) => place.name))];
  return names.map((name) => {
    const found = find({ urn, name });
    return found.is === 'complex'
      ? complexDefinition(found)
      : simple(name, (found as { place: Place }).place.attribute);
  });
}

function simple(name: string, attribute: Attribute): Definition {
  const { label, required, caseExact, uniqueness, type } = attribute;
  // Test suites take canonical values as examples; without one they try a random text for a date.
  const text = type === 'string' ? { caseExact } : type === 'dateTime' ? { canonicalValues: [exampleDate] } : {};
  return {
    name,
    type,
    multiValued: false,
    description: label,
    required,
    ...text,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness,
  };
}

function complexDefinition({ name, many, elements }: Complex): Definition {
  const subs = [
    ...new Map(elements.flatMap((element) => [...element.subs.values()]).map((place) => [place.sub, place])).values(),
  ];
  const description = subs.map((place) => place.attribute.label).join(', ');
  const subAttributes = subs.map((place) => simple(place.sub ?? '', place.attribute));
  return {
    name,
    type: 'complex',
    multiValued: many,
    description: many ? name : description,
    required: subs.some((place) => place.attribute.required),
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    subAttributes: many
      ? [...subAttributes, typeDefinition(elements.map((element) => String(element.type)))]
      : subAttributes,
  };
}

/** An element is what its type says; another type is another element. */
const typeDefinition = (canonicalValues: string[]): Definition => ({
  name: 'type',
  type: 'string',
  multiValued: false,
  description: 'Which one it is',
  required: false,
  caseExact: false,
  canonicalValues,
  mutability: 'immutable',
  returned: 'default',
  uniqueness: 'none',
});
