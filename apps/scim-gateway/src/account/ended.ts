import { Refused } from '@bitabiz/service-kit/refused';
import type { OpenAccount } from './account.decider.js';
import { credentials, stop } from '../scim/places.js';

/** A token, client secret or federation that was proved right, and its account. Times are ISO in UTC. */
export type Proved = {
  tokenId: string;
  expiresAt?: string | undefined;
  revokedAt?: string | undefined;
  account: Omit<OpenAccount, 'status'> & { status: 'open' | 'closed' };
};

/** Whether the credential that was refused with this code had proved right, so that it is known which one it is. */
export const isProved = (code: string): boolean =>
  /^(token|secret)\.ended$|^tenant\.moved$|^account\.closed$/.test(code);

const field = `paste it into Entra (${credentials}`;
const anew = {
  token: `generate a new one in Setup admin and ${field} → Secret Token), then press Test connection`,
  secret: `generate a new one in Setup admin and ${field} → Client Secret), then press Test connection`,
  admin: 'ask the operator for a new one',
};

const moved = `the account began to move to another Entra tenant, so stop provisioning in the old one (${stop}, P14)`;

/** Whether a credential lets anybody in at a time. */
export function isGood({ expiresAt, revokedAt, account }: Omit<Proved, 'tokenId'>, at: string): boolean {
  return (
    account.status === 'open' &&
    !(revokedAt !== undefined && revokedAt <= at) &&
    !(expiresAt !== undefined && expiresAt <= at)
  );
}

/**
 * Only for who has proved to hold the credential: a stranger learns nothing of what ended when.
 * @throws Refused 401: `account.closed`; `token.ended`, `secret.ended`, or `tenant.moved` for the old tenant's (P14), with the label and the time.
 */
export function requireGood(proved: Proved, at: string): void {
  if (isGood(proved, at)) return;
  const { tokenId, expiresAt, revokedAt, account } = proved;
  if (account.status === 'closed') {
    const sentence = `This account is closed: stop provisioning in Entra (${stop})`;
    throw new Refused('account.closed', sentence, 'unauthenticated');
  }
  const revoked = revokedAt !== undefined && revokedAt <= at;
  const secret = account.secrets?.[tokenId];
  const token = account.tokens[tokenId];
  const kind = secret ? 'client secret' : 'token';
  const how = revoked ? `was revoked at ${revokedAt}` : `expired at ${expiresAt}`;
  const said = (next: string) => `The ${kind} “${(secret ?? token)?.name ?? tokenId}” ${how}: ${next}`;
  if (revoked && account.tenantMigration?.startedAt === revokedAt)
    throw new Refused('tenant.moved', said(moved), 'unauthenticated');
  if (secret) throw new Refused('secret.ended', said(anew.secret), 'unauthenticated');
  throw new Refused('token.ended', said(token?.scope === 'admin' ? anew.admin : anew.token), 'unauthenticated');
}
