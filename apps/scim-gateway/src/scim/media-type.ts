import { acceptJson } from '@bitabiz/service-kit/bootstrap';
import type { FastifyInstance } from 'fastify';
import { scimPrefix, scimType } from './error.form.js';

/** Reads application/scim+json beside application/json, and answers application/scim+json (RFC 7644 section 3.1). */
export function acceptScim(server: FastifyInstance): void {
  acceptJson(server, 'application/scim+json');
  server.addHook('onSend', (request, reply, payload, done) => {
    const json = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
    if (json && request.url.toLowerCase().startsWith(scimPrefix)) reply.header('content-type', scimType);
    done(null, payload);
  });
}
