import { All, Controller, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ScimAccess } from './access.guard.js';
import { ScimError } from './error.js';
import { scimPrefix } from './error.form.js';

/** Every address under /scim/v2, and what can be done there. */
const known: [RegExp, string][] = [
  [/^\/Bulk$/i, 'POST'],
  [/^\/(Users|Groups)$/i, 'GET, POST'],
  [/^\/((Users|Groups)\/)?\.search$/i, 'POST'],
  [/^\/(Users|Groups)\/[^/]+$/i, 'GET, PUT, PATCH, DELETE'],
  [/^\/(ServiceProviderConfig|ServiceConfiguration|ResourceTypes|Schemas)$/i, 'GET'],
  [/^\/(ResourceTypes|Schemas)\/[^/]+$/i, 'GET'],
];

const endpoints = '/Users, /Groups, /.search, /Bulk, /ServiceProviderConfig, /ResourceTypes and /Schemas';

/** Everything else under /scim/v2: 405 with what is allowed where the address is right, 404 where it is not. */
@Controller('scim/v2')
@UseGuards(ScimAccess)
export class UnknownController {
  @All('*')
  unknown(@Req() { url, method }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): never {
    const path = (url.split('?', 1)[0] ?? '').slice(scimPrefix.length).replace(/\/$/, '');
    const allowed = known.find(([pattern]) => pattern.test(path))?.[1];
    if (allowed === undefined)
      throw new ScimError(404, undefined, `There is nothing at this address; there are ${endpoints}`);
    throw notAllowed({ method }, reply, allowed);
  }
}

/** The 405 of an address where something else is possible, which the answer's Allow names. */
export function notAllowed({ method }: { method: string }, reply: FastifyReply, allowed: string): ScimError {
  void reply.header('allow', allowed);
  return new ScimError(405, undefined, `${method} is not possible here; possible are ${allowed}`);
}
