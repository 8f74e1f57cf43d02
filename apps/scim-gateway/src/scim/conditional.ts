import type { FastifyReply } from 'fastify';
import { etag, names, requireVersion, type Expected } from '../etag.js';
import type { ScimRequest } from './access.guard.js';

/** What a request says of the version it is about (RFC 7644 section 3.14). */
export const expectedOf = ({ headers }: Pick<ScimRequest, 'headers'>): Expected => ({
  ifMatch: headers['if-match'],
  ifNoneMatch: headers['if-none-match'],
});

/**
 * Answers with the version's tag. @param hides something of it is not shown. @returns whether the client has it already: then the answer is 304 without a body.
 * @throws Refused 412 when If-Match asks for another version.
 */
export function isKnown(request: ScimRequest, reply: FastifyReply, version: number, hides = false): boolean {
  const { ifMatch, ifNoneMatch } = expectedOf(request);
  requireVersion(version, { ifMatch });
  const tag = etag(version, hides);
  void reply.header('etag', tag);
  if (ifNoneMatch === undefined || !names(ifNoneMatch, tag)) return false;
  void reply.code(304);
  return true;
}
