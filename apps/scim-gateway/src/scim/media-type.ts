import { acceptJson } from '@bitabiz/service-kit/bootstrap';
import { isUnder, pathOf } from '@bitabiz/service-kit/prefix';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidSyntax } from './error.js';
import { scimPrefix, scimType } from './error.form.js';

/** Reads application/scim+json beside application/json, and answers application/scim+json (RFC 7644 section 3.1). */
export function acceptScim(server: FastifyInstance): void {
  acceptJson(server, 'application/scim+json');
  server.addHook('preValidation', (request, _, done) => {
    done(isScim(request) && isDeeper(request.body, deepest) ? tooDeep() : undefined);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const json = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
    if (json && isScim(request)) reply.header('content-type', scimType);
    done(null, payload);
  });
}

/** Whether a request is for the protocol. */
export const isScim = ({ url }: Pick<FastifyRequest, 'url'>) => isUnder(pathOf(url), scimPrefix);

/** A body is nested so deep at most; nothing in SCIM comes near. */
const deepest = 40;

const isDeeper = (value: unknown, left: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (left === 0 || Object.values(value).some((each) => isDeeper(each, left - 1)));

const tooDeep = () => invalidSyntax(`The body is nested more than ${deepest} deep: leave out what is no attribute`);
