import { CORE, ENTERPRISE, GROUP, PRODUCT } from './attributes.js';
import { groupSchema } from './group.schema.js';
import { maxPayloadSize } from './bulk.read.js';
import { defaultCount, maxResults } from './list.js';
import { maxOperations } from './operations.js';
import { userSchemas, type SchemaResource } from './schemas.js';

/** What the gateway offers; only what works may be true (RFC 7643 section 5, RFC 9865 section 4). */
export function serviceProviderConfig(baseUrl: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations, maxPayloadSize },
    filter: { supported: true, maxResults },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: defaultCount,
      maxPageSize: maxResults,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'The token from Setup admin → Integration → Microsoft Entra ID Provisioning',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'oauth2',
        name: 'OAuth 2 client credentials',
        description:
          'A client secret, or an assertion by workload identity federation, at the account’s token endpoint',
        specUri: 'https://www.rfc-editor.org/info/rfc6749',
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

/** The resource types (RFC 7643 section 6), users first. */
export function resourceTypes(baseUrl: string) {
  return [
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'User Account',
      schema: CORE,
      schemaExtensions: [ENTERPRISE, PRODUCT].map((schema) => ({ schema, required: false })),
      meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/User` },
    },
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'Group',
      name: 'Group',
      endpoint: '/Groups',
      description: 'Group',
      schema: GROUP,
      schemaExtensions: [],
      meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/Group` },
    },
  ];
}

/** One resource type by its id, in any case; undefined when there is none. */
export const resourceType = (baseUrl: string, id: string) =>
  resourceTypes(baseUrl).find((each) => each.id.toLowerCase() === id.toLowerCase());

export const schemas = (baseUrl: string): SchemaResource[] => [...userSchemas(baseUrl), groupSchema(baseUrl)];

/** One schema by its URN, in any case; undefined when there is none. */
export const schema = (baseUrl: string, id: string): SchemaResource | undefined =>
  schemas(baseUrl).find((each) => each.id.toLowerCase() === id.toLowerCase());
