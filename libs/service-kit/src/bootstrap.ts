import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Module, StandardSchemaValidationPipe, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AuthGuard, type AuthOptions } from './auth.js';
import { acceptCorrelation, correlationHeader, runWithCorrelation } from './correlation.js';
import { addHealth, type Checks } from './health.js';
import type { Logger } from './log.js';
import { Metrics } from './metrics.js';
import { ProblemFilter, type ErrorForm } from './problem.js';
import { Refused } from './refused.js';
import { logRequests } from './request-log.js';

export type ServiceOptions = {
  name: string;
  config: { HOST: string; PORT: number };
  logger: Logger;
  metrics: Metrics;
  auth: AuthOptions;
  checks: Checks;
  /** Controllers and providers of the service. */
  module: ModuleMetadata;
  /** Protocols with errors and guards of their own, by URL prefix. */
  protocols?: readonly ErrorForm[];
  /** Further content types, hooks and routes of Fastify itself. */
  prepare?: (server: FastifyInstance) => void | Promise<void>;
  /** Largest request body, in bytes. */
  bodyLimit?: number;
  /** What is closed after the last request was answered, in order. */
  onClose?: () => Promise<void>;
};

export interface RunningService {
  url: string;
  close(): Promise<void>;
}

@Module({})
class ServiceModule {}

/** Starts a service: Nest on Fastify, one error form, correlation ids, health, metrics, an OpenAPI page at /api. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { name, config, logger, metrics, auth, checks, protocols = [] } = options;
  const filter = new ProblemFilter(logger, protocols);
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimit ?? 1_048_576,
    forceCloseConnections: true,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 512 },
    frameworkErrors: (error: unknown, request: unknown, reply: unknown) =>
      filter.send(error, request as FastifyRequest, reply as FastifyReply),
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const server = adapter.getInstance() as unknown as FastifyInstance;
  server.addHook('onRequest', (request, reply, done) => {
    const id = acceptCorrelation(request.headers[correlationHeader], randomUUID);
    void reply.header(correlationHeader, id);
    runWithCorrelation(id, done);
  });
  logRequests(server, logger, metrics);
  server.removeContentTypeParser('text/plain');
  const root: DynamicModule = { module: ServiceModule, ...options.module };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  app.useGlobalFilters(filter);
  app.useGlobalGuards(
    new AuthGuard(
      auth,
      protocols.map((each) => each.prefix),
    ),
  );
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalid }));
  await options.prepare?.(server);
  addHealth(server, checks, metrics, auth);
  const document = new DocumentBuilder().setTitle(name).setVersion('1').addBearerAuth().build();
  SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, document));
  await app.listen(config.PORT, config.HOST);
  const url = await app.getUrl();
  logger.info({ url }, 'listening');
  return {
    url,
    async close() {
      await app.close();
      await options.onClose?.();
    },
  };
}

type Issue = { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined };

function invalid(issues: readonly Issue[]): Refused {
  const parts = issues.map(({ message, path = [] }) => {
    const where = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  return new Refused('request.invalid', parts.join('; '));
}
