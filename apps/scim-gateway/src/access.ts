import type { AuthOptions, FoundToken, TokenLookup } from '@bitabiz/service-kit/auth';
import { hashToken, looksLikeToken } from '@bitabiz/service-kit/tokens';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { requireGood, type Proved } from './account/ended.js';
import type { CredentialUses } from './account/uses.js';
import type { GatewayConfig } from './config.js';
import type { Limits } from './limits.js';
import type { Grant, SignedTokens } from './oauth/signed-tokens.js';

/** What a token opens: the account it names (P1), as it is now. */
export type Access = FoundToken & Proved;

type Times<T> = { expires_at: T | null; revoked_at: T | null; state: Access['account'] };
type TokenRow = Times<Date> & { account_id: string; token_id: string; scope: string };

/** How long a token's account is believed without looking, in milliseconds; another replica's revocation takes that long. */
const believedMs = 1_000;
const largest = 10_000;

/** Finds tokens by hash, with a short memory that this process's own changes clear at once. */
export class AccessTokens {
  private readonly known = new Map<string, { access: Access; until: number }>();
  /** Accounts that changed here so far. */
  private changes = 0;

  /** @param batch the named batch role: a bearer token's account is not known before. @param app for tokens that name their account. */
  constructor(
    private readonly batch: Pool,
    private readonly app: Pool,
    private readonly now: () => Date,
  ) {}

  /** What was found a moment ago. */
  remembered(hash: string): Access | undefined {
    const known = this.known.get(hash);
    return known && known.until > this.now().getTime() ? known.access : undefined;
  }

  find(hash: string): Promise<Access | undefined> {
    return this.lookUp(hash, async () => {
      const { rows } = await this.batch.query<TokenRow>({
        name: 'access',
        text: 'select account_id, token_id, scope, expires_at, revoked_at, state from own.access where hash = $1',
        values: [hash],
      });
      return (
        rows[0] && { accountId: rows[0].account_id, tokenId: rows[0].token_id, scope: rows[0].scope, ...ends(rows[0]) }
      );
    });
  }

  /** An access token is as good as the client secret or federation that it was given for. @param hash of the access token. */
  findGranted(hash: string, { accountId, credentialId, expiresAt }: Grant): Promise<Access | undefined> {
    return this.lookUp(hash, async () => {
      const { rows } = await this.app.query<{ found: Times<string> | null }>({
        name: 'access-granted',
        text: 'select own.find_client($1, $2) as found',
        values: [accountId, credentialId],
      });
      const found = rows[0]?.found;
      if (!found) return undefined;
      const ended = ends(found);
      const first = [expiresAt, ended.expiresAt ?? expiresAt].toSorted()[0];
      return { accountId, tokenId: credentialId, scope: 'scim', ...ended, expiresAt: first };
    });
  }

  /**
   * Whose token this is, or the access token that was given for it. The check digits and the signature are for what is not known yet: a mistyped token
   * is not looked up.
   */
  async look(token: string, hash: string, signed: Pick<SignedTokens, 'read'>): Promise<Access | undefined> {
    if (looksLikeToken(token)) return this.find(hash);
    const grant = await signed.read(token);
    return grant && this.findGranted(hash, grant);
  }

  /** Whether a request has such a token; whoever has none is counted. @throws Refused as Limits.failed. */
  async knows({ headers, ip }: FastifyRequest, signed: Pick<SignedTokens, 'read'>, limits: Limits): Promise<boolean> {
    const token = bearerIn(headers.authorization);
    if (token !== undefined && (await this.look(token, hashToken(token), signed)) !== undefined) return true;
    limits.failed(ip);
    return false;
  }

  /** The account changed here: look again. */
  forget(accountId: string): void {
    this.changes += 1;
    for (const [hash, { access }] of this.known) if (access.accountId === accountId) this.known.delete(hash);
  }

  /** As `find`. @throws Refused as requireGood does. */
  readonly lookup: TokenLookup = async (hash) => {
    const access = await this.find(hash);
    if (access) requireGood(access, this.now().toISOString());
    return access;
  };

  private async lookUp(hash: string, ask: () => Promise<Access | undefined>): Promise<Access | undefined> {
    const remembered = this.remembered(hash);
    if (remembered) return remembered;
    const at = this.now().getTime();
    const { changes } = this;
    const access = await ask();
    this.known.delete(hash);
    // What was read before a change is not remembered after it.
    if (!access || this.changes !== changes) return access;
    this.known.set(hash, { access, until: at + believedMs });
    if (this.known.size > largest) this.known.delete(this.known.keys().next().value ?? '');
    return access;
  }
}

/** The token in an `Authorization` header of a SCIM request. */
export const bearerIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** Ends as ISO times in UTC; a closed account's tokens count as revoked. */
export function ends({
  expires_at,
  revoked_at,
  state,
}: Times<Date | string>): Pick<Access, 'expiresAt' | 'revokedAt' | 'account'> {
  const iso = (time: Date | string | null) => (time === null ? undefined : new Date(time).toISOString());
  const closed = state.status === 'closed' ? '1970-01-01T00:00:00.000Z' : undefined;
  return { expiresAt: iso(expires_at), revokedAt: iso(revoked_at) ?? closed, account: state };
}

/** Who opens the APIs beside SCIM: the operator, other services, and accounts by their tokens, whose uses are noted. */
export function authOf(
  config: GatewayConfig,
  { tokens, uses, limits, now }: { tokens: AccessTokens; uses: CredentialUses; limits: Limits; now: () => Date },
): AuthOptions {
  return {
    operatorHash: config.OPERATOR_TOKEN_SHA256,
    serviceHashes: config.SERVICE_TOKEN_SHA256S,
    lookup: tokens.lookup,
    onUse: (token, address) => uses.note(token, address),
    onStranger: (address) => limits.failed(address),
    now,
  };
}
