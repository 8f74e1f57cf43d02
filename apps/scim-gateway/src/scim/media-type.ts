import type { FastifyInstance } from 'fastify';
import { scimPrefix, scimType } from './error.form.js';

/** Reads application/scim+json as JSON, an empty body as none, and answers application/scim+json (RFC 7644 section 3.1). */
export function acceptScim(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser(
    ['application/scim+json', 'application/json'],
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') done(null, undefined);
      else parse(request, body as string, done);
    },
  );
  server.addHook('onSend', (request, reply, payload, done) => {
    const json = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
    if (json && request.url.toLowerCase().startsWith(scimPrefix)) void reply.type(scimType);
    done(null, payload);
  });
}
