import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isUnder } from './prefix.js';
import { Refused } from './refused.js';
import { hashToken, looksLikeToken, sameHash } from './tokens.js';

export type Principal =
  { kind: 'operator' } | { kind: 'service' } | { kind: 'account'; accountId: string; tokenId: string; scope: string };

export type FoundToken = {
  accountId: string;
  tokenId: string;
  scope: string;
  /** ISO times in UTC; the token is good until then. */
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
  /** Called with each account's token that was good, and the address that sent it. */
  onUse?: (token: { accountId: string; tokenId: string }, address: string) => void;
  /** Called with the address of whoever sent no token, or one that nobody knows; may refuse (429) instead of the answer 401. */
  onStranger?: (address: string) => void;
};

export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

/** Checks the bearer token of every API that has no guard of its own (decision 14). */
export class AuthGuard implements CanActivate {
  private readonly reflector = new Reflector();
  private readonly callersOf = new WeakMap<object, Caller[]>();

  constructor(
    private readonly options: AuthOptions,
    /** Routes under these paths guard themselves (SCIM answers in its own form). */
    private readonly selfGuarded: readonly string[] = [],
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const callers = this.callers(context);
    if (callers.includes('anybody')) return true;
    // By the route, not by the address: an address has many spellings.
    const route = request.routeOptions.url ?? '';
    if (this.selfGuarded.some((prefix) => isUnder(route, prefix))) return true;
    const principal = await authenticate(request, this.options);
    request.principal = principal;
    if (principal.kind === 'account') this.options.onUse?.(principal, request.ip);
    requireCaller(principal, callers);
    requireOwnAccount(principal, (request.params as { accountId?: string } | undefined)?.accountId);
    return true;
  }

  /** Written on the route for good, so it is looked up once. */
  private callers(context: ExecutionContext): Caller[] {
    const route = context.getHandler();
    const known = this.callersOf.get(route);
    if (known) return known;
    const places = [route, context.getClass()];
    const callers = this.reflector.getAllAndOverride<Caller[] | undefined>(allowed, places) ?? [];
    this.callersOf.set(route, callers);
    return callers;
  }
}

type Sender = { headers: { authorization?: string | undefined }; ip: string };

/**
 * Who sends this request, by its `Authorization` header.
 * @throws Refused 401 when there is no token, or one that is mangled, unknown, expired or revoked.
 */
export async function authenticate(
  { headers: { authorization }, ip }: Sender,
  { operatorHash, serviceHashes, lookup, now, onStranger }: AuthOptions,
): Promise<Principal> {
  const no = (code: string, message: string) => {
    onStranger?.(ip);
    return new Refused(code, message, 'unauthenticated');
  };
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw no('token.missing', 'Send a token: Authorization: Bearer …');
  const hash = hashToken(token);
  if (sameHash(hash, operatorHash)) return { kind: 'operator' };
  if (serviceHashes.some((each) => sameHash(hash, each))) return { kind: 'service' };
  if (!looksLikeToken(token)) {
    throw no('token.mangled', 'This is not a whole token: copy it again from where it was shown');
  }
  const found = await lookup(hash);
  const at = now().toISOString();
  if (!found || (found.revokedAt ?? '9') <= at || (found.expiresAt ?? '9') <= at) {
    throw no('token.invalid', 'This token is unknown, expired or revoked: make a new one');
  }
  return { kind: 'account', accountId: found.accountId, tokenId: found.tokenId, scope: found.scope };
}

/** Lets in whoever runs the system, and no account. @throws Refused 401 as `authenticate`, 403 `token.scope`. */
export async function requireInside(sender: Sender, options: AuthOptions): Promise<void> {
  requireCaller(await authenticate(sender, options), ['operator', 'service']);
}

function requireCaller(principal: Principal, callers: Caller[]): void {
  const caller = principal.kind === 'account' ? (`account:${principal.scope}` as const) : principal.kind;
  if (callers.includes(caller)) return;
  const who = callers.length > 0 ? callers.map(inWords).join(' or ') : 'nobody';
  const sentence = `Only ${who} may do this: ask there, or send that token`;
  throw new Refused('token.scope', sentence, 'forbidden', { needed: callers });
}

const inWords = (caller: Caller): string =>
  ({ operator: 'the operator', service: 'another service', 'account:admin': 'a Setup admin of the account' })[
    caller as string
  ] ?? caller;

/** A token of another account learns nothing, not even that the account exists (P15). */
function requireOwnAccount(principal: Principal, accountId: string | undefined): void {
  if (principal.kind !== 'account' || accountId === undefined || principal.accountId === accountId.toLowerCase())
    return;
  throw new Refused('account.unknown', 'There is no such account', 'unknown');
}

/** Who asks, for the events that follow: the actor of decision 9. */
export function actorOf(principal: Principal | undefined): string {
  if (principal?.kind === 'account') return `token:${principal.tokenId}`;
  return principal?.kind ?? 'anonymous';
}
