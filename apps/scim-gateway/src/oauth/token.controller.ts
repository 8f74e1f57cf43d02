import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import type { FastifyRequest } from 'fastify';
import { isProved } from '../account/ended.js';
import { CredentialUses } from '../account/uses.js';
import { Limits } from '../limits.js';
import { BaseUrl } from '../scim/base-url.js';
import { readTokenRequest } from './client.js';
import { OAuthError } from './error.form.js';
import { Proofs } from './proofs.js';
import { SignedTokens, type Proven } from './signed-tokens.js';

/** The token endpoint of each account (RFC 6749 section 3.2). The client id is the account's id. */
@Controller('oauth/:accountId')
export class TokenController {
  constructor(
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(SignedTokens) private readonly signed: SignedTokens,
    @Inject(Limits) private readonly limits: Limits,
    @Inject(CredentialUses) private readonly uses: CredentialUses,
  ) {}

  /** Gives an access token for SCIM (section 4.4.3). A scope that is asked for is not looked at: there is one, and the answer names it. */
  @Post('token')
  @HttpCode(200)
  @Header('pragma', 'no-cache')
  async token(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ) {
    const proven = await this.check(accountId, body, request);
    this.uses.note({ accountId, tokenId: proven.credentialId }, request.ip);
    this.limits.admit(accountId);
    const { token, lasts } = await this.signed.sign(accountId, proven);
    return { access_token: token, token_type: 'Bearer', expires_in: lasts, scope: 'scim' };
  }

  /** What is no request with a proof counts as a failure too: whoever sends it proves nothing either. */
  private async check(accountId: string, body: unknown, { headers, ip }: FastifyRequest): Promise<Proven> {
    try {
      return await this.proofs.check(accountId, readTokenRequest(body, headers.authorization));
    } catch (error) {
      if (error instanceof OAuthError && !isProved(error.reason)) this.limits.failed(ip);
      throw error;
    }
  }
}

/** What an authorization server can do (RFC 8414 section 3): the same for every id, so that it tells nobody which accounts there are. */
@Controller('.well-known/oauth-authorization-server/oauth/:accountId')
@Allow('anybody')
export class OAuthMetadataController {
  constructor(@Inject(BaseUrl) private readonly baseUrl: BaseUrl) {}

  @Get()
  metadata(@Param('accountId', { schema: Id }) accountId: string, @Req() request: FastifyRequest) {
    return {
      issuer: this.baseUrl.issuer(request, accountId),
      token_endpoint: this.baseUrl.tokenEndpoint(request, accountId),
      scopes_supported: ['scim'],
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'ES256'],
    };
  }
}
