import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { requireInside, type AuthOptions } from './auth.js';

/** The routes of the page, of its parts, and of the document as JSON and YAML. */
const described = /^\/api(-json|-yaml)?(\/|$)/i;

/** Describes the service's API (OpenAPI) at /api, to the operator and to other services only (decision 14). */
export function addApiDescription(
  app: INestApplication,
  server: FastifyInstance,
  { name, auth }: { name: string; auth: AuthOptions },
): void {
  server.addHook('onRequest', async (request) => {
    if (described.test(request.routeOptions.url ?? '')) await requireInside(request, auth);
  });
  const document = new DocumentBuilder().setTitle(name).setVersion('1').addBearerAuth().build();
  SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, document));
}
