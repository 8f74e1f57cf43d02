import type { FastifyInstance } from 'fastify';
import type { AuthenticatedRequest } from './auth.js';
import { withoutRedaction, type Logger } from './log.js';
import type { Metrics } from './metrics.js';

const quiet = new Set(['/live', '/ready', '/metrics']);

/** One line per request; never a header, a token, a body or a query (they may name people). Feeds and health checks are debug lines. */
export function logRequests(server: FastifyInstance, logger: Logger, metrics: Metrics): void {
  const lines = withoutRedaction(logger);
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const { principal } = request as AuthenticatedRequest;
    const fields = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms,
      correlationId: request.id,
      ...(principal?.kind === 'account' && { accountId: principal.accountId }),
    };
    if (quiet.has(route) || route.startsWith('/feed')) lines.debug(fields, 'request');
    else lines.info(fields, 'request');
    done();
  });
}
