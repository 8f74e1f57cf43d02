import { CORE, GROUP } from './attributes.js';
import type { Definition, SchemaResource } from './schemas.js';

/** The attributes of users that /Schemas advertises, as Microsoft's Schema_Discoverability flattens them (entra.md 2.1, 15). */
export const targetsIn = (schemas: readonly SchemaResource[]): string[] =>
  schemas
    .filter(({ id }) => id !== GROUP)
    .flatMap(({ id, attributes }) => attributes.flatMap((each) => flattened(id, each)));

function flattened(urn: string, { name, type, multiValued, subAttributes = [] }: Definition): string[] {
  const full = urn === CORE ? name : `${urn}:${name}`;
  // Of a schema that is not the core one, each attribute is one name.
  if (type !== 'complex' || urn !== CORE) return [full];
  if (!multiValued) return subAttributes.map((sub) => `${full}.${sub.name}`);
  const types = subAttributes.find((sub) => sub.name === 'type')?.canonicalValues;
  const filters = types?.map((each) => `type eq "${each}"`) ?? ['primary eq "True"'];
  const subs = subAttributes.filter((sub) => sub.name !== 'type');
  return filters.flatMap((filter) => subs.map((sub) => `${full}[${filter}].${sub.name}`));
}
