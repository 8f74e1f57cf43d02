import type { FastifyRequest } from 'fastify';
import { scimPrefix } from './error.form.js';
import { oauthPrefix } from '../oauth/error.form.js';

/** Where the gateway is reached: the configured public address, else the one that the request came to. */
export class BaseUrl {
  constructor(private readonly publicUrl?: string | undefined) {}

  /** Where SCIM is served, for `location`. */
  of(request: FastifyRequest): string {
    return `${this.root(request)}${scimPrefix}`;
  }

  /** The account's authorization server, as its metadata names it (RFC 8414 section 2). */
  issuer(request: FastifyRequest, accountId: string): string {
    return `${this.root(request)}${oauthPrefix}/${accountId}`;
  }

  /** Where the account's client gets its access tokens. */
  tokenEndpoint(request: FastifyRequest, accountId: string): string {
    return `${this.issuer(request, accountId)}/token`;
  }

  private root(request: FastifyRequest): string {
    return this.publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`;
  }
}
