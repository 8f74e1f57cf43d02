import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { ForUser } from '../user/for-user.command.js';
import { unknownUser, type UserOutcome } from '../user/user.handler.js';
import type { Change, UserRequest } from '../user/user.request.js';
import { Users } from '../user/users.query.js';
import { toValues } from '../user/user-values.js';
import { causeOf } from '../cause.js';
import { etag } from '../etag.js';
import { NewIds } from '../new-ids.js';
import { idIn } from '../uuid.js';
import { note } from '../provisioning-log/noted.js';
import { notAllowed } from './unknown.controller.js';
import { ScimAccess, type ScimRequest } from './access.guard.js';
import { patchIn, replacementIn } from './change.js';
import { searchParameters } from './list.js';
import { list } from './listing.js';
import { UserListing } from './user.listing.js';
import { expectedOf, isKnown } from './conditional.js';
import { parseUser } from './parse.js';
import { projectionOf, type Projection } from './projection.js';
import { parseQuery } from './query.js';
import { renderUser, type Json } from './render.js';
import { BaseUrl } from './base-url.js';

/** Users as Entra sees them (RFC 7644, entra.md 1): three lines each, the rules are in `../user`. */
@Controller('scim/v2/Users')
@UseGuards(ScimAccess)
export class UsersController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Users) private readonly users: Users,
    @Inject(UserListing) private readonly listing: UserListing,
    @Inject(NewIds) private readonly ids: NewIds,
    @Inject(BaseUrl) private readonly base: BaseUrl,
  ) {}

  @Get()
  list(@Req() request: ScimRequest) {
    return list(this.listing, request, parseQuery(request.url));
  }

  @All('.search')
  @HttpCode(200)
  search(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    if (request.method !== 'POST') throw notAllowed(request, reply, 'POST');
    return list(this.listing, request, searchParameters(body));
  }

  @Get(':id')
  async read(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply, @Param('id') id: string) {
    const user = await this.users.get(request.access.accountId, idIn(id, unknownUser));
    if (!user) throw unknownUser(id);
    if (isKnown(request, reply, user.stream_version, user.manager_gone)) return undefined;
    return this.listing.render(request, user, projectionOf(request));
  }

  @Post()
  @HttpCode(201)
  async create(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const projection = projectionOf(request);
    const written = parseUser(body);
    const outcome = await this.run(request, { type: 'Provision', userId: this.ids.next(), written });
    return this.answer(request, reply, outcome, projection);
  }

  @Put(':id')
  replace(
    @Req() request: ScimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    return this.change(request, reply, id, replacementIn(body));
  }

  @Patch(':id')
  patch(
    @Req() request: ScimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    return this.change(request, reply, id, patchIn(body, id));
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Req() request: ScimRequest, @Param('id') id: string): Promise<void> {
    await this.run(request, { type: 'Remove', scimId: idIn(id, unknownUser), expected: expectedOf(request) });
  }

  private async change(request: ScimRequest, reply: FastifyReply, id: string, change: Change): Promise<Json> {
    const projection = projectionOf(request);
    const addressed = { scimId: idIn(id, unknownUser), expected: expectedOf(request) };
    const outcome = await this.run(request, { type: 'Change', ...addressed, ...change });
    return this.answer(request, reply, outcome, projection);
  }

  private async run(request: ScimRequest, wanted: UserRequest): Promise<UserOutcome> {
    const cause = causeOf(request, this.ids.next);
    const user = await this.commands.execute(new ForUser(request.access.accountId, wanted, cause));
    note(request, { user });
    return user;
  }

  private answer(
    request: ScimRequest,
    reply: FastifyReply,
    { known: user, account, hidesManager }: UserOutcome,
    projection: Projection | undefined,
  ): Json {
    const { user: employee, version, createdAt, modifiedAt } = user;
    void reply
      .header('etag', etag(version, hidesManager))
      .header('location', `${this.base.of(request)}/Users/${employee.scimId}`);
    const shown = {
      id: employee.scimId,
      values: toValues(employee),
      created: createdAt,
      modified: modifiedAt,
      version,
      hidesManager,
    };
    return renderUser(shown, { baseUrl: this.base.of(request), spellings: account.spellings, projection });
  }
}
