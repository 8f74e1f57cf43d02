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
import { causeOf } from '../cause.js';
import { etag } from '../etag.js';
import { ForGroup } from '../group/for-group.command.js';
import { unknownGroup, type GroupOutcome, type GroupRequest } from '../group/group.handler.js';
import { Groups } from '../group/groups.query.js';
import { NewIds } from '../new-ids.js';
import { idIn } from '../uuid.js';
import { note } from '../provisioning-log/noted.js';
import { notAllowed } from './unknown.controller.js';
import { ScimAccess, type ScimRequest } from './access.guard.js';
import { BaseUrl } from './base-url.js';
import { expectedOf, isKnown } from './conditional.js';
import { GroupListing } from './group.listing.js';
import { groupParts } from './group.names.js';
import { readGroup, readGroupPatch } from './group.read.js';
import { renderGroup, showsMembers } from './group.render.js';
import { searchParameters } from './list.js';
import { list } from './listing.js';
import { projectionOf, type Projection } from './projection.js';
import { parseQuery } from './query.js';
import type { Json } from './render.js';

/** Groups as Entra sends them (RFC 7644, entra.md 1.7, P17); the rules are in `../group`. */
@Controller('scim/v2/Groups')
@UseGuards(ScimAccess)
export class GroupsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Groups) private readonly groups: Groups,
    @Inject(GroupListing) private readonly listing: GroupListing,
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
    const projection = projectionOf(request, groupParts);
    const group = await this.groups.get(request.access.accountId, idIn(id, unknownGroup), showsMembers(projection));
    if (!group) throw unknownGroup(id);
    return isKnown(request, reply, group.stream_version)
      ? undefined
      : renderGroup(group, this.base.of(request), projection);
  }

  @Post()
  @HttpCode(201)
  async create(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const projection = projectionOf(request, groupParts);
    const outcome = await this.run(request, { type: 'Create', groupId: this.ids.next(), steps: readGroup(body) });
    return this.answer(request, reply, outcome, projection);
  }

  @Put(':id')
  async replace(
    @Req() request: ScimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const projection = projectionOf(request, groupParts);
    const steps = readGroup(body);
    const change = { type: 'Change', groupId: idIn(id, unknownGroup), steps, expected: expectedOf(request) } as const;
    return this.answer(request, reply, await this.run(request, change), projection);
  }

  /** 204, because the answer could be large; the resource where `attributes` asks for a part of it (RFC 7644 section 3.5.2). */
  @Patch(':id')
  async patch(
    @Req() request: ScimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const projection = projectionOf(request, groupParts);
    const steps = readGroupPatch(body, id);
    const change = { type: 'Change', groupId: idIn(id, unknownGroup), steps, expected: expectedOf(request) } as const;
    const outcome = await this.run(request, change);
    if (parseQuery(request.url).has('attributes')) return this.answer(request, reply, outcome, projection);
    void reply.code(204).header('etag', etag(outcome.version));
    return undefined;
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Req() request: ScimRequest, @Param('id') id: string): Promise<void> {
    await this.run(request, { type: 'Remove', groupId: idIn(id, unknownGroup), expected: expectedOf(request) });
  }

  private async run(request: ScimRequest, wanted: GroupRequest): Promise<GroupOutcome> {
    const cause = causeOf(request, this.ids.next);
    const group = await this.commands.execute(new ForGroup(request.access.accountId, wanted, cause));
    note(request, { group });
    return group;
  }

  private async answer(
    request: ScimRequest,
    reply: FastifyReply,
    { groupId }: GroupOutcome,
    projection: Projection | undefined,
  ): Promise<Json> {
    const group = await this.groups.get(request.access.accountId, groupId, showsMembers(projection));
    // Deleted by somebody else between the change and this look.
    if (!group) throw unknownGroup(groupId);
    const base = this.base.of(request);
    void reply.header('etag', etag(group.stream_version)).header('location', `${base}/Groups/${groupId}`);
    return renderGroup(group, base, projection);
  }
}
