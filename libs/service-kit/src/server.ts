import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions, RawServerDefault } from 'fastify';
import { acceptCorrelation, correlationHeader, runWithCorrelation } from './correlation.js';

export type ServerOptions = {
  /** Largest request body, in bytes. */
  bodyLimit: number;
  /** How long a request may take to arrive, its body too. */
  arrivalMs?: number;
  /** Addresses or ranges of proxies, with commas between: what they say of the caller's address and scheme is believed. */
  trustedProxies?: string | undefined;
  /** Answers what fails before a route is found: a malformed URL, an over-long id. */
  onEarlyError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
  /** Answers what is no request at all. */
  onClientError: (error: Error, socket: Socket) => void;
};

/** The longest body, an import's file of 20 MiB, takes that long at 1.4 Mbit/s; whoever sends slower holds a connection for nothing. */
const arrivalMs = 120_000;
const headersMs = 60_000;
/** Node looks that often for what did not arrive in time. */
const lookedMs = 30_000;

/** Fastify as every service has it: the request's id is its correlation id, JSON is the only body until an app adds another type. */
export function openServer(options: ServerOptions): { adapter: FastifyAdapter; server: FastifyInstance } {
  const { bodyLimit, trustedProxies, onEarlyError, onClientError } = options;
  const requestTimeout = options.arrivalMs ?? arrivalMs;
  const adapter = new FastifyAdapter<RawServerDefault>({
    bodyLimit,
    ...(trustedProxies !== undefined && { trustProxy: trustedProxies }),
    forceCloseConnections: 'idle',
    requestTimeout,
    // Node takes the longer of the two for the whole request, whichever it is.
    http: {
      headersTimeout: Math.min(headersMs, requestTimeout),
      connectionsCheckingInterval: Math.min(lookedMs, requestTimeout),
    },
    genReqId: (request: { headers: Record<string, unknown> }) =>
      acceptCorrelation(request.headers[correlationHeader], randomUUID),
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 512 },
    clientErrorHandler: onClientError,
    frameworkErrors: (error: unknown, request: unknown, reply: unknown) =>
      onEarlyError(error, request as FastifyRequest, reply as FastifyReply),
  } as FastifyServerOptions);
  const server = adapter.getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers({
      [correlationHeader]: request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    runWithCorrelation(request.id, done);
  });
  // Reading a body continues on the socket's events, outside of the context entered above.
  server.addHook('preValidation', (request, _, done) => runWithCorrelation(request.id, done));
  server.removeAllContentTypeParsers();
  acceptJson(server, 'application/json');
  return { adapter, server };
}

/**
 * Reads bodies of this type as JSON. An empty body is no body: a DELETE that names a type is a good request. Keys that would reach a prototype
 * are refused (400), as is what is not UTF-8 or says so (RFC 8259 section 8.1): it would be stored damaged. Other types answer 415.
 */
export function acceptJson(server: FastifyInstance, contentType: string): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser(contentType, { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else if (isUtf8(body as Buffer) && !otherCharset.test(request.headers['content-type'] ?? '')) {
      void parse(request, body.toString('utf8'), done);
    } else done(notUtf8());
  });
}

const otherCharset = /;\s*charset\s*=(?!\s*"?(?:utf-?8|us-ascii)"?\s*(?:;|$))/i;

const notUtf8 = () => Object.assign(new Error('JSON is UTF-8, and this body is not'), { statusCode: 400 });
