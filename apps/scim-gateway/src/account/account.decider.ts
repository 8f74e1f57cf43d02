import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';
import { decideClientSecret, type ClientSecret, type ClientSecretCommand } from './client-secret.decider.js';
import { decideFederation, type Federation, type FederationCommand } from './federation.decider.js';
import { decideRetention, type RetentionCommand } from './retention.decider.js';
import {
  decideTenantMigration,
  openMigration,
  type TenantMigration,
  type TenantMigrationCommand,
} from './tenant-migration.decider.js';
import { decideToken, type Token, type TokenCommand } from './token.decider.js';

export type OpenAccount = {
  status: 'open';
  name: string;
  timeZone: string;
  provisioning: boolean;
  /** Fields that Entra has ever written (P22) and the names under which it wrote them. */
  fields: string[];
  spellings: string[];
  tokens: Record<string, Token>;
  /** Of the account's OAuth client; absent while there never was one. */
  secrets?: Record<string, ClientSecret>;
  federation?: Federation | null;
  /** The last one; absent while there never was one. */
  tenantMigration?: TenantMigration;
  /** False: the country is only kept on an update, as the literal table of P3 has it; absent while it was never said. */
  countryOnCreate?: boolean;
  /** False: several employees may have one e-mail, as Microsoft's validator wants it; absent while it was never said. */
  emailUniqueness?: boolean;
  /** After so many months an inactive employee is erased (P20); absent while it was never said. */
  retentionMonths?: number | null;
};

export type Account = { status: 'unknown' } | OpenAccount | (Omit<OpenAccount, 'status'> & { status: 'closed' });

export type AccountCommand =
  | { type: 'CreateAccount'; data: { name: string; timeZone: string } }
  | { type: 'ChangeTimeZone'; data: { timeZone: string } }
  | { type: 'CloseAccount'; data: object }
  | { type: 'SwitchProvisioning' | 'SwitchCountryOnCreate' | 'SwitchEmailUniqueness'; data: { enabled: boolean } }
  | { type: 'NoteSynchronised'; data: { fields: string[]; spellings: string[] } }
  | TokenCommand
  | ClientSecretCommand
  | FederationCommand
  | TenantMigrationCommand
  | RetentionCommand;

export const initial: Account = { status: 'unknown' };

/** The events a command leads to; none when nothing changes. */
export function decide(command: AccountCommand, account: Account): AccountEvent[] {
  if (command.type === 'CreateAccount') return create(command.data, account);
  const open = requireOpen(account);
  switch (command.type) {
    case 'ChangeTimeZone': {
      requireTimeZone(command.data.timeZone);
      if (command.data.timeZone === open.timeZone) return [];
      return [{ type: 'TimeZoneChanged', data: { from: open.timeZone, to: command.data.timeZone } }];
    }
    case 'CloseAccount':
      return [{ type: 'AccountClosed', data: {} }];
    case 'SwitchProvisioning':
      return command.data.enabled === open.provisioning ? [] : [{ type: 'ProvisioningSwitched', data: command.data }];
    case 'SwitchCountryOnCreate': {
      const { countryOnCreate = true } = open;
      return command.data.enabled === countryOnCreate ? [] : [{ type: 'CountryOnCreateSwitched', data: command.data }];
    }
    case 'SwitchEmailUniqueness':
      return command.data.enabled === hasUniqueEmails(open)
        ? []
        : [{ type: 'EmailUniquenessSwitched', data: command.data }];
    case 'NoteSynchronised': {
      const fields = command.data.fields.filter((field) => !open.fields.includes(field));
      const spellings = command.data.spellings.filter((spelling) => !open.spellings.includes(spelling));
      if (fields.length + spellings.length === 0) return [];
      return [{ type: 'AttributesSynchronised', data: { fields, spellings } }];
    }
    case 'IssueToken':
    case 'RegenerateToken':
    case 'RevokeToken':
      return decideToken(command, open.tokens);
    case 'IssueClientSecret':
    case 'RevokeClientSecret':
      return decideClientSecret(command, open.secrets);
    case 'ConfigureFederation':
    case 'RemoveFederation':
      return decideFederation(command, open.federation);
    case 'ChangeRetention':
      return decideRetention(command, open);
    case 'StartTenantMigration':
    case 'CompleteTenantMigration':
      return decideTenantMigration(command, open);
  }
}

export function evolve(account: Account, event: AccountEvent): Account {
  if (event.type === 'AccountCreated') {
    return { status: 'open', ...event.data, provisioning: true, fields: [], spellings: [], tokens: {} };
  }
  if (account.status === 'unknown') return account;
  switch (event.type) {
    case 'TimeZoneChanged':
      return { ...account, timeZone: event.data.to };
    case 'AccountClosed':
      return { ...account, status: 'closed' };
    case 'ProvisioningSwitched':
      return { ...account, provisioning: event.data.enabled };
    case 'CountryOnCreateSwitched':
      return { ...account, countryOnCreate: event.data.enabled };
    case 'EmailUniquenessSwitched':
      return { ...account, emailUniqueness: event.data.enabled };
    case 'AttributesSynchronised':
      return {
        ...account,
        fields: [...account.fields, ...event.data.fields],
        spellings: [...account.spellings, ...event.data.spellings],
      };
    case 'TokenIssued': {
      const { tokenId, hash: _, ...token } = event.data;
      return { ...account, tokens: { ...account.tokens, [tokenId]: { ...token, revokedAt: null } } };
    }
    case 'TokenRevoked':
      return { ...account, tokens: ended(account.tokens, event.data.tokenId, event.data.at) };
    case 'ClientSecretIssued': {
      const { secretId, hash: _, ...secret } = event.data;
      return { ...account, secrets: { ...account.secrets, [secretId]: { ...secret, revokedAt: null } } };
    }
    case 'ClientSecretRevoked':
      return { ...account, secrets: ended(account.secrets ?? {}, event.data.secretId, event.data.at) };
    case 'FederationConfigured':
      return { ...account, federation: event.data };
    case 'FederationRemoved':
      return { ...account, federation: null };
    case 'RetentionChanged':
      return { ...account, retentionMonths: event.data.to };
    case 'TenantMigrationStarted':
      return { ...account, tenantMigration: { ...event.data, completedAt: null, completedBy: null } };
    case 'TenantMigrationCompleted':
      return account.tenantMigration
        ? { ...account, tenantMigration: { ...account.tenantMigration, ...event.data } }
        : account;
  }
}

function ended<T extends { revokedAt: string | null }>(all: Record<string, T>, id: string, at: string) {
  const one = all[id];
  return one ? { ...all, [id]: { ...one, revokedAt: at } } : all;
}

/** Whether an e-mail belongs to one employee only (P6). */
export const hasUniqueEmails = (account: Account): boolean =>
  account.status === 'unknown' || account.emailUniqueness !== false;

/** Whether Entra's word counts for AD users (P22): not while provisioning is off or a tenant migration is open (P14). */
export const isManaging = (account: OpenAccount): boolean => account.provisioning && !openMigration(account);

/** What Entra manages now (P22). */
export const managedFields = (account: Account): string[] =>
  account.status === 'open' && isManaging(account) ? account.fields : [];

/** @throws Refused when the account does not exist or is closed. */
export function requireOpen(account: Account): OpenAccount {
  if (account.status === 'open') return account;
  if (account.status === 'closed')
    throw new Refused(
      'account.closed',
      'This account is closed, and nobody changes it any more: use another one',
      'forbidden',
    );
  throw new Refused('account.unknown', 'There is no such account', 'unknown');
}

function create({ name, timeZone }: { name: string; timeZone: string }, account: Account): AccountEvent[] {
  if (account.status !== 'unknown') return [];
  if (name.trim() === '') throw new Refused('account.name', 'An account needs a name');
  requireTimeZone(timeZone);
  return [{ type: 'AccountCreated', data: { name, timeZone } }];
}

function requireTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Refused('account.timeZone', `${timeZone} is no time zone; use a name such as Europe/Copenhagen`);
  }
}
