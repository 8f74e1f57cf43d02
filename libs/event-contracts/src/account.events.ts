import * as z from 'zod';
import { clientContracts } from './client.events.js';
import { contract, type EventOf } from './contract.js';
import { tenantMigrationContracts } from './tenant-migration.events.js';

const common = { version: 1, source: 'scim-gateway', personal: false } as const;
const tokenId = z.uuid();

export const AccountCreated = contract({
  ...common,
  type: 'AccountCreated',
  schema: z.object({ name: z.string(), timeZone: z.string() }),
});

export const TimeZoneChanged = contract({
  ...common,
  type: 'TimeZoneChanged',
  schema: z.object({ from: z.string(), to: z.string() }),
});

/** Closed for good: tokens stop, nothing more is accepted. */
export const AccountClosed = contract({ ...common, type: 'AccountClosed', schema: z.object({}) });

/** The Enabled switch of the provisioning page (P1). */
export const ProvisioningSwitched = contract({
  ...common,
  type: 'ProvisioningSwitched',
  schema: z.object({ enabled: z.boolean() }),
});

/** Whether a new employee gets the country that Entra sends (P3). */
export const CountryOnCreateSwitched = contract({
  ...common,
  type: 'CountryOnCreateSwitched',
  schema: z.object({ enabled: z.boolean() }),
});

/** Whether an e-mail belongs to one employee only (P6); it need not while Microsoft's validator runs. User names always do. */
export const EmailUniquenessSwitched = contract({
  ...common,
  type: 'EmailUniquenessSwitched',
  schema: z.object({ enabled: z.boolean() }),
});

/** After how many months an inactive employee is erased (P20); null: never by itself. */
export const RetentionChanged = contract({
  ...common,
  type: 'RetentionChanged',
  schema: z.object({ from: z.int().nullable(), to: z.int().nullable() }),
});

/**
 * Entra wrote attributes for the first time: `fields` are managed by Entra from now on (P22), `spellings` are the
 * names under which they are answered as well, because Entra reads back the name it writes.
 */
export const AttributesSynchronised = contract({
  ...common,
  type: 'AttributesSynchronised',
  schema: z.object({ fields: z.array(z.string()), spellings: z.array(z.string()) }),
});

/** A token came to be. Only its SHA-256 travels: the token has 256 random bits, so the hash says nothing about it. */
export const TokenIssued = contract({
  ...common,
  type: 'TokenIssued',
  schema: z.object({
    tokenId,
    name: z.string(),
    scope: z.enum(['scim', 'admin']),
    hash: z.string(),
    expiresAt: z.iso.datetime().nullable(),
  }),
});

/** The token stops at `at`: now, or at the end of a grace period (P16). */
export const TokenRevoked = contract({
  ...common,
  type: 'TokenRevoked',
  schema: z.object({ tokenId, at: z.iso.datetime() }),
});

export const accountContracts = [
  AccountCreated,
  TimeZoneChanged,
  AccountClosed,
  ProvisioningSwitched,
  CountryOnCreateSwitched,
  EmailUniquenessSwitched,
  RetentionChanged,
  AttributesSynchronised,
  TokenIssued,
  TokenRevoked,
  ...clientContracts,
  ...tenantMigrationContracts,
] as const;

export type AccountEvent = EventOf<(typeof accountContracts)[number]>;
