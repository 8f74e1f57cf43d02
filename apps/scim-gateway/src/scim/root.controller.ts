import { All, Body, Controller, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ScimAccess, type ScimRequest } from './access.guard.js';
import { ScimError } from './error.js';
import { GroupListing } from './group.listing.js';
import { searchParameters } from './list.js';
import { listAll } from './listing.js';
import { parseQuery } from './query.js';
import { notAllowed } from './unknown.controller.js';
import { UserListing } from './user.listing.js';

/** What is asked of the whole account: users and groups together (RFC 7644 section 3.4.3), and who one is (3.11). */
@Controller('scim/v2')
@UseGuards(ScimAccess)
export class RootController {
  constructor(
    @Inject(UserListing) private readonly users: UserListing,
    @Inject(GroupListing) private readonly groups: GroupListing,
  ) {}

  /** GET is a search of everything (RFC 7644 section 3.4.2), and HEAD the same without the answer's body; nothing else can be done with the whole. */
  @All('')
  root(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw notAllowed(request, reply, 'GET');
    return listAll([this.users, this.groups], request, parseQuery(request.url));
  }

  @Post('.search')
  @HttpCode(200)
  search(@Req() request: ScimRequest, @Body() body: unknown) {
    return listAll([this.users, this.groups], request, searchParameters(body));
  }

  /** A token is the account's, and no person's (P1). */
  @All(['Me', 'Me/*'])
  me(): never {
    throw new ScimError(
      501,
      undefined,
      'There is no /Me: this token belongs to the account and not to a person; ask /Users for one',
    );
  }
}
