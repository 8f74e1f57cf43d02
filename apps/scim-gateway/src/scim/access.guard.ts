import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Refused } from '@bitabiz/service-kit/refused';
import { hashToken, looksLikeToken } from '@bitabiz/service-kit/tokens';
import { AccessTokens, type Access } from '../access.js';
import { CredentialUses } from '../account/uses.js';
import { Limits } from '../limits.js';
import { requireProvisioning } from '../user/user.handler.js';

export type ScimRequest = AuthenticatedRequest & { access: Access };

/** Checks the bearer token of a SCIM request; it names the account (P1). A User-Agent is never asked for: Entra sends none. */
@Injectable()
export class ScimAccess implements CanActivate {
  constructor(
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(CredentialUses) private readonly uses: CredentialUses,
    @Inject(Limits) private readonly limits: Limits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ScimRequest>();
    const access = await this.find(request);
    request.principal = { kind: 'account', accountId: access.accountId, tokenId: access.tokenId, scope: access.scope };
    this.uses.note(access, request.ip);
    this.limits.admit(access.accountId);
    requireProvisioning(access);
    request.access = access;
    return true;
  }

  private async find({ headers, ip }: ScimRequest): Promise<Access> {
    const token = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    const hash = token === undefined ? '' : hashToken(token);
    // Somebody else's failures from the same address do not shut out a token that was good before.
    if (!this.tokens.wasGood(hash)) this.limits.requireFewFailures(ip);
    try {
      return await this.findToken(token, hash);
    } catch (error) {
      if (error instanceof Refused) this.limits.failed(ip);
      throw error;
    }
  }

  private async findToken(token: string | undefined, hash: string): Promise<Access> {
    if (token === undefined) {
      throw new Refused(
        'token.missing',
        'Send the account’s token: Authorization: Bearer … (Secret Token in Entra)',
        'unauthenticated',
      );
    }
    // The check digits are for what is not known yet: a mistyped token is not looked up.
    const access = this.tokens.remembered(hash) ?? (looksLikeToken(token) ? await this.tokens.find(hash) : undefined);
    const now = new Date().toISOString();
    if (!access || access.scope !== 'scim' || (access.revokedAt ?? '9') <= now || (access.expiresAt ?? '9') <= now) {
      const sentence = looksLikeToken(token)
        ? 'This token is unknown, expired or revoked: generate a new one in Setup admin and paste it into Entra'
        : 'This is no complete token: copy it again from Setup admin, whole, and paste it into Entra';
      throw new Refused('token.invalid', sentence, 'unauthenticated');
    }
    return access;
  }
}
