import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Refused } from '@bitabiz/service-kit/refused';
import { hashToken, looksLikeToken } from '@bitabiz/service-kit/tokens';
import { AccessTokens, bearerIn, type Access } from '../access.js';
import { isGood, isProved, requireGood } from '../account/ended.js';
import { CredentialUses } from '../account/uses.js';
import { Limits } from '../limits.js';
import { isJwt, SignedTokens } from '../oauth/signed-tokens.js';
import { requireProvisioning } from '../user/user.handler.js';
import { credentials } from './places.js';

export type ScimRequest = AuthenticatedRequest & { access: Access };

type Sent = { authorization: string | undefined; token: string | undefined; hash: string };

/** Checks the bearer token of a SCIM request; it names the account (P1). A User-Agent is never asked for: Entra sends none. */
@Injectable()
export class ScimAccess implements CanActivate {
  /** A connection sends the same token again and again: it is hashed once. */
  private readonly lastSent = new WeakMap<object, Sent>();

  constructor(
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(CredentialUses) private readonly uses: CredentialUses,
    @Inject(Limits) private readonly limits: Limits,
    @Inject(SignedTokens) private readonly signed: SignedTokens,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<ScimRequest>();
    const sent = this.sent(request);
    // Nearly always; who waits for nothing is through at once.
    const known = this.tokens.remembered(sent.hash);
    if (known?.scope === 'scim' && isGood(known, new Date().toISOString())) return this.admit(request, known);
    return this.find(sent, request.ip).then((access) => this.admit(request, access));
  }

  private admit(request: ScimRequest, access: Access): true {
    request.principal = { kind: 'account', accountId: access.accountId, tokenId: access.tokenId, scope: access.scope };
    this.uses.note(access, request.ip);
    this.limits.admit(access.accountId);
    requireProvisioning(access);
    request.access = access;
    return true;
  }

  private async find({ token, hash }: Sent, address: string): Promise<Access> {
    try {
      return await this.findToken(token, hash);
    } catch (error) {
      // Who holds a credential guesses nothing, and hears why it is not good.
      if (error instanceof Refused && !isProved(error.code) && error.code !== 'token.scope')
        this.limits.failed(address);
      throw error;
    }
  }

  private sent({ headers: { authorization }, socket }: ScimRequest): Sent {
    const last = this.lastSent.get(socket);
    if (last && last.authorization === authorization) return last;
    const token = bearerIn(authorization);
    const sent = { authorization, token, hash: token === undefined ? '' : hashToken(token) };
    this.lastSent.set(socket, sent);
    return sent;
  }

  private async findToken(token: string | undefined, hash: string): Promise<Access> {
    if (token === undefined) {
      throw new Refused(
        'token.missing',
        'Send the account’s token: Authorization: Bearer … (Secret Token in Entra)',
        'unauthenticated',
      );
    }
    const access = this.tokens.remembered(hash) ?? (await this.tokens.look(token, hash, this.signed));
    if (!access) throw new Refused('token.invalid', whatToDo(token), 'unauthenticated');
    requireGood(access, new Date().toISOString());
    if (access.scope !== 'scim') throw new Refused('token.scope', ofSetupAdmin, 'unauthenticated');
    return access;
  }
}

const ofSetupAdmin = `This token is for Setup admin: paste the one for provisioning into Entra (${credentials} → Secret Token)`;

function whatToDo(token: string): string {
  if (looksLikeToken(token)) {
    return 'Nobody knows this token here: see that the Tenant URL is the one that Setup admin shows, or generate a new token there and paste it into Entra';
  }
  if (isJwt(token)) {
    return 'This access token is over, or was not given by this gateway: get one at the account’s token endpoint, or paste the account’s token into Secret Token in Entra, which sends one of its own when that is empty';
  }
  return 'This is no complete token: copy it again from Setup admin, whole, and paste it into Entra';
}
