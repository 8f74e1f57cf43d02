import * as z from 'zod';
import { contract } from './contract.js';

const common = { version: 1, source: 'scim-gateway', personal: false } as const;
const migrationId = z.uuid();

/** The account moves to a new Entra tenant (P14). The old tenant's credentials end with events of their own beside this one. */
export const TenantMigrationStarted = contract({
  ...common,
  type: 'TenantMigrationStarted',
  schema: z.object({ migrationId, startedAt: z.iso.datetime(), startedBy: z.string() }),
});

/** The new tenant is the account's only one: a POST for an active AD user is refused again (P6), what Entra manages is read-only again (P22). */
export const TenantMigrationCompleted = contract({
  ...common,
  type: 'TenantMigrationCompleted',
  schema: z.object({ migrationId, completedAt: z.iso.datetime(), completedBy: z.string() }),
});

export const tenantMigrationContracts = [TenantMigrationStarted, TenantMigrationCompleted] as const;
