import { timingSafeEqual } from 'node:crypto';
import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Refused } from './refused.js';
import { hashToken } from './tokens.js';

export type Principal =
  { kind: 'operator' } | { kind: 'service' } | { kind: 'account'; accountId: string; tokenId: string; scope: string };

export type FoundToken = {
  accountId: string;
  tokenId: string;
  scope: string;
  expiresAt?: string | undefined;
  revokedAt?: string | undefined;
};
/** Finds an account's token by its hash; undefined: there is none. */
export type TokenLookup = (hash: string) => Promise<FoundToken | undefined>;

/** Who may call: an operator, another service, or a token of the account with this scope. */
export type Caller = 'operator' | 'service' | `account:${string}` | 'anybody';

const allowed = Symbol('allowed');

/** Opens a route to these callers. A route without it is closed to everybody. */
export const Allow = (...callers: Caller[]) => SetMetadata(allowed, callers);

export type AuthOptions = {
  operatorHash: string;
  serviceHashes: readonly string[];
  lookup: TokenLookup;
  now: () => Date;
};

/** Routes under these paths guard themselves (SCIM answers in its own form). */
export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

/** Checks the bearer token of every API that is not SCIM (decision 14). */
export class AuthGuard implements CanActivate {
  private readonly reflector = new Reflector();

  constructor(
    private readonly options: AuthOptions,
    private readonly selfGuarded: readonly string[] = [],
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const callers =
      this.reflector.getAllAndOverride<Caller[] | undefined>(allowed, [context.getHandler(), context.getClass()]) ?? [];
    if (callers.includes('anybody')) return true;
    if (this.selfGuarded.some((prefix) => request.url.startsWith(prefix))) return true;
    const principal = await this.principalOf(request);
    request.principal = principal;
    requireCaller(principal, callers);
    requireOwnAccount(principal, (request.params as { accountId?: string } | undefined)?.accountId);
    return true;
  }

  private async principalOf({ headers }: FastifyRequest): Promise<Principal> {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new Refused('token.missing', 'Send a token: Authorization: Bearer …', 'unauthenticated');
    }
    const hash = hashToken(token);
    if (same(hash, this.options.operatorHash)) return { kind: 'operator' };
    if (this.options.serviceHashes.some((each) => same(hash, each))) return { kind: 'service' };
    const found = await this.options.lookup(hash);
    const now = this.options.now().toISOString();
    if (!found || (found.revokedAt ?? '9') <= now || (found.expiresAt ?? '9') <= now) {
      throw new Refused(
        'token.invalid',
        'This token is unknown, expired or revoked: make a new one',
        'unauthenticated',
      );
    }
    return { kind: 'account', accountId: found.accountId, tokenId: found.tokenId, scope: found.scope };
  }
}

function requireCaller(principal: Principal, callers: Caller[]): void {
  const needed = principal.kind === 'account' ? (`account:${principal.scope}` as const) : principal.kind;
  if (callers.includes(needed)) return;
  throw new Refused('token.scope', `This needs a token of ${callers.join(' or ') || 'nobody'}`, 'forbidden', {
    needed: callers,
  });
}

/** A token of another account learns nothing, not even that the account exists (P15). */
function requireOwnAccount(principal: Principal, accountId: string | undefined): void {
  if (principal.kind !== 'account' || accountId === undefined || principal.accountId === accountId) return;
  throw new Refused('account.unknown', 'There is no such account', 'unknown');
}

const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Who asks, for the events that follow: the actor of decision 9. */
export function actorOf(principal: Principal | undefined): string {
  if (principal?.kind === 'account') return `token:${principal.tokenId}`;
  return principal?.kind ?? 'anonymous';
}
