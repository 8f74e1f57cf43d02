import { isUnder, pathOf } from '@bitabiz/service-kit/prefix';
import type { FastifyInstance } from 'fastify';
import { oauthPrefix } from './error.form.js';

/** An assertion is some kilobytes; nothing else is as long. */
const largest = 32_768;

/** Reads forms at the token endpoint (RFC 6749 appendix B), and nowhere else. */
export function acceptForms(server: FastifyInstance): void {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: largest },
    (request, body, done) => {
      if (isUnder(pathOf(request.url), oauthPrefix)) done(null, new URLSearchParams(body as string));
      else done(Object.assign(new Error('Send JSON'), { statusCode: 415 }));
    },
  );
}
