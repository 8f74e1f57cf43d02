import * as z from 'zod';
import { shown } from './scim/text.js';

const named = 5;

/**
 * A body or query of the admin API that has these fields and no other: a mistyped name would be a wish that nobody hears.
 * @returns a schema that names the fields that nobody knows, and those that there are.
 */
export const only = <Shape extends z.core.$ZodShape>(fields: Shape) =>
  z.strictObject(fields, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownFields(issue.keys as string[], Object.keys(fields)) : undefined,
  });

function unknownFields(unknown: readonly string[], known: readonly string[]): string {
  const more = unknown.length > named ? ', …' : '';
  const names = unknown.slice(0, named).map((name) => `“${shown(name)}”`);
  return `There is no field ${names.join(', ')}${more} here: give only ${known.join(', ')}`;
}
