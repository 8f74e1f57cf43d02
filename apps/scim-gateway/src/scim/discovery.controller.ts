import { All, Controller, Get, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ScimAccess } from './access.guard.js';
import { BaseUrl } from './base-url.js';
import { resourceType, resourceTypes, schema, schemas, serviceProviderConfig } from './discovery.js';
import { ScimError } from './error.js';
import { listResponse } from './list.js';
import { parseQuery } from './query.js';

/** The three discovery endpoints (RFC 7644 section 4): they advertise what works. */
@Controller('scim/v2')
@UseGuards(ScimAccess)
export class DiscoveryController {
  constructor(@Inject(BaseUrl) private readonly base: BaseUrl) {}

  @Get('ServiceProviderConfig')
  configuration(@Req() request: FastifyRequest) {
    return serviceProviderConfig(this.base.of(request));
  }

  @Get('ResourceTypes')
  types(@Req() request: FastifyRequest) {
    return all(request, resourceTypes(this.base.of(request)));
  }

  @Get('ResourceTypes/:id')
  type(@Req() request: FastifyRequest, @Param('id') id: string) {
    return found(resourceType(this.base.of(request), id), id);
  }

  @Get('Schemas')
  all(@Req() request: FastifyRequest) {
    return all(request, schemas(this.base.of(request)));
  }

  @Get('Schemas/:id')
  one(@Req() request: FastifyRequest, @Param('id') id: string) {
    return found(schema(this.base.of(request), id), id);
  }
}

/** A filter on discovery is forbidden (RFC 7644 section 4). */
function all<T>({ url }: FastifyRequest, rows: readonly T[]) {
  if (parseQuery(url).has('filter')) throw new ScimError(403, undefined, 'The discovery endpoints cannot be filtered');
  return listResponse({ rows, total: rows.length }, 1);
}

function found<T>(resource: T | undefined, id: string): T {
  if (resource === undefined) throw new Refused('discovery.unknown', `There is no ${id.slice(0, 200)}`, 'unknown');
  return resource;
}

const known: [RegExp, string][] = [
  [/^\/(Users|Groups)$/i, 'GET, POST'],
  [/^\/((Users|Groups)\/)?\.search$/i, 'POST'],
  [/^\/(Users|Groups)\/[^/]+$/i, 'GET, PUT, PATCH, DELETE'],
  [/^\/(ServiceProviderConfig|ResourceTypes|Schemas)$/i, 'GET'],
  [/^\/(ResourceTypes|Schemas)\/[^/]+$/i, 'GET'],
];

/** Everything else under /scim/v2: 405 with what is allowed where the address is right, 404 where it is not. */
@Controller('scim/v2')
@UseGuards(ScimAccess)
export class UnknownController {
  @All(['', '*'])
  unknown(@Req() { url, method }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): never {
    const path = (url.split('?', 1)[0] ?? '').slice('/scim/v2'.length).replace(/\/$/, '');
    const allowed = known.find(([pattern]) => pattern.test(path))?.[1];
    if (allowed === undefined) throw new ScimError(404, undefined, 'There is nothing at this address');
    void reply.header('allow', allowed);
    throw new ScimError(405, undefined, `${method} is not possible here; possible are ${allowed}`);
  }
}
