import { acceptJson } from '@bitabiz/service-kit/bootstrap';
import { isUnder, pathOf } from '@bitabiz/service-kit/prefix';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { maxPayloadSize } from './bulk.read.js';
import { invalidSyntax } from './error.js';
import { scimPrefix, scimType } from './error.form.js';

/** In bytes; all but the requests of bulk and of large groups are shorter. */
export const longForStrangers = 65_536;

/**
 * Reads application/scim+json beside application/json, and answers application/scim+json (RFC 7644 section 3.1).
 * @param knows whether a request has a token that is known: a stranger's long body is not read.
 */
export function acceptScim(server: FastifyInstance, knows: (request: FastifyRequest) => Promise<boolean>): void {
  acceptJson(server, 'application/scim+json');
  server.addHook('onRoute', (route) => {
    if (isUnder(route.url, scimPrefix)) route.bodyLimit = maxPayloadSize;
  });
  server.addHook('preParsing', (request, _, payload, done) => {
    if (!mayBeLong(request.headers) || !isScim(request)) return done(null, payload);
    knows(request).then(
      (known) => (known ? done(null, payload) : done(unknown())),
      (error: Error) => done(error),
    );
  });
  server.addHook('preValidation', (request, _, done) => {
    done(request.body !== undefined && isScim(request) && isDeeper(request.body, deepest) ? tooDeep() : undefined);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const json = String(reply.getHeader('content-type') ?? '').startsWith('application/json');
    if (json && isScim(request)) reply.header('content-type', scimType);
    done(null, payload);
  });
}

/** Whether a request is for the protocol: by its route, because an address has many spellings; by the address where no route was found. */
export const isScim = ({ routeOptions, url }: Pick<FastifyRequest, 'routeOptions' | 'url'>) =>
  isUnder(routeOptions.url ?? pathOf(url), scimPrefix);

const mayBeLong = (headers: FastifyRequest['headers']) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > longForStrangers;

const unknown = () =>
  new Refused(
    'token.invalid',
    'Nobody knows this token here, and a long request is read for good tokens only: see that the Tenant URL is the one that Setup admin shows, or generate a new token there',
    'unauthenticated',
  );

/** A body is nested so deep at most; nothing in SCIM comes near. */
const deepest = 40;

const isDeeper = (value: unknown, left: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (left === 0 || Object.values(value).some((each) => isDeeper(each, left - 1)));

const tooDeep = () => invalidSyntax(`The body is nested more than ${deepest} deep: leave out what is no attribute`);
