import { etag } from '../etag.js';
import type { ShownGroup } from '../group/groups.query.js';
import { GROUP } from './attributes.js';
import { project } from './projection.apply.js';
import type { Projection } from './projection.js';
import { moment, type Json } from './render.js';

/** A group as a SCIM resource (RFC 7643 section 4.2). Members that were not read are not shown, nor are none (RFC 7643 section 2.5). */
export function renderGroup(group: ShownGroup, baseUrl: string, projection?: Projection): Json {
  const { group_id: id, display_name: displayName, external_id: externalId, members } = group;
  const resource: Json = {
    schemas: [GROUP],
    id,
    ...(externalId !== null && { externalId }),
    meta: {
      resourceType: 'Group',
      created: moment(group.created_at),
      lastModified: moment(group.modified_at),
      location: `${baseUrl}/Groups/${id}`,
      version: etag(group.stream_version),
    },
    displayName,
    ...(members &&
      members.length > 0 && {
        members: members.map((value) => ({ value, $ref: `${baseUrl}/Users/${value}`, type: 'User' })),
      }),
  };
  return projection ? project(resource, projection) : resource;
}

/** Whether members are to be shown, wholly or in part; if not, they are not even read. */
export function showsMembers(projection: Projection | undefined): boolean {
  if (!projection) return true;
  const named = projection.parts.filter(({ keys }) => keys.length === 0 || keys[0] === 'members');
  return projection.only ? named.length > 0 : named.every((part) => part.sub !== undefined);
}
