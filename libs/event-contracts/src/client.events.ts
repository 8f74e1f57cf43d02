import * as z from 'zod';
import { contract } from './contract.js';

const common = { version: 1, source: 'scim-gateway', personal: false } as const;
const secretId = z.uuid();
const federationId = z.uuid();

/** A secret of the account's OAuth client came to be (RFC 6749 section 2.3.1). Only its SHA-256 travels: it has 256 random bits. */
export const ClientSecretIssued = contract({
  ...common,
  type: 'ClientSecretIssued',
  schema: z.object({ secretId, name: z.string(), hash: z.string(), expiresAt: z.iso.datetime().nullable() }),
});

/** The secret stops at `at`, and with it the access tokens that were given for it. */
export const ClientSecretRevoked = contract({
  ...common,
  type: 'ClientSecretRevoked',
  schema: z.object({ secretId, at: z.iso.datetime() }),
});

/**
 * The account trusts assertions of this Entra tenant, made for this application, about this subject (workload identity federation, RFC 7523).
 * It takes the place of the one before, whose access tokens stop.
 */
export const FederationConfigured = contract({
  ...common,
  type: 'FederationConfigured',
  schema: z.object({ federationId, tenantId: z.uuid(), applicationId: z.uuid(), subject: z.string() }),
});

/** No assertion is trusted any more; access tokens that were given for one stop. */
export const FederationRemoved = contract({
  ...common,
  type: 'FederationRemoved',
  schema: z.object({ federationId }),
});

/** How the account's OAuth client proves who it is. */
export const clientContracts = [
  ClientSecretIssued,
  ClientSecretRevoked,
  FederationConfigured,
  FederationRemoved,
] as const;
