import { Controller, Get, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyRequest } from 'fastify';
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

  /** The collections of SCIMReferenceCode ask for it under a name of their own. */
  @Get(['ServiceProviderConfig', 'serviceConfiguration'])
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
  if (parseQuery(url).has('filter'))
    throw new ScimError(403, undefined, 'The discovery endpoints cannot be filtered: ask without a filter');
  return listResponse({ rows, total: rows.length }, 1);
}

function found<T>(resource: T | undefined, id: string): T {
  if (resource === undefined)
    throw new Refused(
      'discovery.unknown',
      `There is no ${id.slice(0, 200)}: GET /ResourceTypes and /Schemas list what there is`,
      'unknown',
    );
  return resource;
}
