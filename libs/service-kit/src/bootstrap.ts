import 'reflect-metadata';
import { Module, StandardSchemaValidationPipe, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { addApiDescription } from './api-description.js';
import { AuthGuard, type AuthOptions } from './auth.js';
import { answerClientErrors } from './client-error.js';
import { addHealth, type Checks } from './health.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import { nestLog } from './nest-log.js';
import { failureOf, ProblemFilter, type ErrorForm } from './problem.js';
import { Refused } from './refused.js';
import { logRequests } from './request-log.js';
import { openServer } from './server.js';

export { acceptJson } from './server.js';

export type ServiceOptions = {
  name: string;
  config: { HOST: string; PORT: number; TRUSTED_PROXIES?: string | undefined };
  logger: Logger;
  metrics: Metrics;
  auth: AuthOptions;
  checks: Checks;
  /** Controllers and providers of the service. */
  module: ModuleMetadata;
  /** Protocols with errors and guards of their own, by URL prefix. */
  protocols?: readonly ErrorForm[];
  /** Further content types (see acceptJson), hooks and routes of Fastify itself. */
  prepare?: (server: FastifyInstance) => void | Promise<void>;
  /** Largest request body, in bytes; 1 MiB unless told. */
  bodyLimit?: number;
  /** What is closed after the last request was answered, in order. */
  onClose?: () => Promise<void>;
};

export interface RunningService {
  url: string;
  /** Takes no new request, answers those that run (for 8 s at most), then closes what the service holds. */
  close(): Promise<void>;
}

const drainMs = 8_000;

@Module({})
class ServiceModule {}

/** Starts a service: Nest on Fastify, one error form, correlation ids, health, metrics, and its description at /api. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { name, config, logger, metrics, auth, checks, protocols = [] } = options;
  const filter = new ProblemFilter(logger, protocols);
  const { adapter, server } = openServer({
    bodyLimit: options.bodyLimit ?? 1_048_576,
    trustedProxies: config.TRUSTED_PROXIES,
    onEarlyError: (error, request, reply) => filter.send(error, request, reply),
    onClientError: answerClientErrors((error, path, requestId) => filter.answer(failureOf(error), path, requestId)),
  });
  logRequests(server, logger, metrics);
  const root: DynamicModule = { module: ServiceModule, ...options.module };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: nestLog(logger),
    abortOnError: false,
  });
  const selfGuarded = protocols.map(({ prefix }) => prefix);
  app.useGlobalFilters(filter);
  app.useGlobalGuards(new AuthGuard(auth, selfGuarded));
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalid }));
  await options.prepare?.(server);
  addHealth(server, { checks, metrics, auth, logger });
  addApiDescription(app, server, { name, auth });
  await app.listen(config.PORT, config.HOST);
  const url = await app.getUrl();
  logger.info({ url }, 'listening');
  return {
    url,
    async close() {
      const impatience = setTimeout(() => server.server.closeAllConnections(), drainMs);
      await app.close().finally(() => clearTimeout(impatience));
      await options.onClose?.();
    },
  };
}

type Issue = { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined };

/** Names what is wrong, ten things at most; the values themselves are not repeated. */
function invalid(issues: readonly Issue[]): Refused {
  const parts = issues.slice(0, 10).map(({ message, path = [] }) => {
    const where = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  return new Refused('request.invalid', parts.join('; '));
}
