import type { FastifyRequest } from 'fastify';
import { scimPrefix } from './error.form.js';

/** Where SCIM is served, for `location`: the configured public address, else the one that the request came to. */
export class BaseUrl {
  constructor(private readonly publicUrl?: string | undefined) {}

  of(request: FastifyRequest): string {
    return `${this.publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`}${scimPrefix}`;
  }
}
