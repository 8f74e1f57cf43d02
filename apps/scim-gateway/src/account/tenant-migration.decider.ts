import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import type { OpenAccount } from './account.decider.js';
import { decideClientSecret } from './client-secret.decider.js';
import { decideFederation } from './federation.decider.js';
import { isLive } from './lifetime.decider.js';
import { decideToken } from './token.decider.js';

/** The last move to a new Entra tenant; open until it is completed. Times are ISO in UTC, `…By` are actors. */
export type TenantMigration = {
  migrationId: string;
  startedAt: string;
  startedBy: string;
  completedAt: string | null;
  completedBy: string | null;
};

export type TenantMigrationCommand =
  | { type: 'StartTenantMigration'; data: { migrationId: string; startedAt: string; startedBy: string } }
  | { type: 'CompleteTenantMigration'; data: { completedAt: string; completedBy: string } };

/**
 * P14: a start ends everything with which the old tenant gets in, in the same decision; the account's admin tokens are not the tenant's.
 * @throws Refused `migration.open`, `migration.notOpen`.
 */
export function decideTenantMigration(command: TenantMigrationCommand, account: OpenAccount): AccountEvent[] {
  const open = openMigration(account);
  if (command.type === 'StartTenantMigration') {
    if (open) {
      const sentence = `A tenant migration is open since ${open.startedAt}: complete it before another one is started (P14)`;
      throw new Refused('migration.open', sentence, 'conflict');
    }
    return [{ type: 'TenantMigrationStarted', data: command.data }, ...disconnected(account, command.data.startedAt)];
  }
  if (!open) throw new Refused('migration.notOpen', 'No tenant migration is open in this account (P14)', 'conflict');
  return [{ type: 'TenantMigrationCompleted', data: { migrationId: open.migrationId, ...command.data } }];
}

/** @returns the migration that is not completed; undefined when there is none. */
export const openMigration = ({
  tenantMigration,
}: Pick<OpenAccount, 'tenantMigration'>): TenantMigration | undefined =>
  tenantMigration && tenantMigration.completedAt === null ? tenantMigration : undefined;

function disconnected(account: OpenAccount, at: string): AccountEvent[] {
  const { tokens, secrets = {}, federation } = account;
  const live = <T extends Parameters<typeof isLive>[0]>(all: Record<string, T>) =>
    Object.entries(all).filter(([, each]) => isLive(each, at));
  return [
    ...live(tokens)
      .filter(([, { scope }]) => scope === 'scim')
      .flatMap(([tokenId]) => decideToken({ type: 'RevokeToken', data: { tokenId, at } }, tokens)),
    ...live(secrets).flatMap(([secretId]) =>
      decideClientSecret({ type: 'RevokeClientSecret', data: { secretId, at } }, secrets),
    ),
    ...decideFederation({ type: 'RemoveFederation', data: {} }, federation),
  ];
}

/**
 * While a migration is open, what a credential of the old tenant asks is refused, also by a process that still believes in it: it would
 * count as the new tenant's. @param actor as in the events. @throws Refused `tenant.moved`.
 */
export function requireOfNewTenant(account: OpenAccount, actor: string, at: string): void {
  const id = actor.replace(/^token:/, '');
  const credential = account.tokens[id] ?? account.secrets?.[id];
  if (credential ? isLive(credential, at) : account.federation?.federationId === id) return;
  throw new Refused(
    'tenant.moved',
    'This credential ended when the account began to move to another Entra tenant: stop provisioning in the old one (Provisioning → Stop provisioning, P14)',
    'unauthenticated',
  );
}
