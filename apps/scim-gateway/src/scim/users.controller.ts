import {
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
import { actorOf } from '@bitabiz/service-kit/auth';
import { correlationId } from '@bitabiz/service-kit/correlation';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyReply } from 'fastify';
import { ForUser } from '../user/for-user.command.js';
import type { UserOutcome, UserRequest } from '../user/user.handler.js';
import { Users, type ShownUser } from '../user/users.query.js';
import { toValues, fromRow } from '../user/user-values.js';
import { NewIds } from '../new-ids.js';
import { ScimAccess, type ScimRequest } from './access.guard.js';
import { applyPatch } from './engine.js';
import { listResponse, parseList } from './list.js';
import { parseReplacement, parseUser } from './parse.js';
import { parseProjection } from './projection.js';
import { parseQuery } from './query.js';
import { etag, renderUser, type Json } from './render.js';
import { BaseUrl } from './base-url.js';

/** Users as Entra sees them (RFC 7644, entra.md 1): three lines each, the rules are in `../user`. */
@Controller('scim/v2/Users')
@UseGuards(ScimAccess)
export class UsersController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Users) private readonly users: Users,
    @Inject(NewIds) private readonly ids: NewIds,
    @Inject(BaseUrl) private readonly base: BaseUrl,
  ) {}

  @Get()
  async list(@Req() request: ScimRequest) {
    const query = parseList(parseQuery(request.url));
    const { users, total } = await this.users.list(request.access.accountId, query);
    const resources = users.map((user) => this.render(request, user, query.projection));
    return listResponse(resources, total, query.startIndex);
  }

  @Get(':id')
  async read(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply, @Param('id') id: string) {
    const user = isUuid(id) ? await this.users.get(request.access.accountId, id.toLowerCase()) : undefined;
    if (!user) throw unknown(id);
    const version = etag(user.stream_version);
    void reply.header('etag', version);
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(version)) {
      void reply.code(304);
      return undefined;
    }
    return this.render(request, user, projectionOf(request));
  }

  @Post()
  @HttpCode(201)
  async create(@Req() request: ScimRequest, @Res({ passthrough: true }) reply: FastifyReply, @Body() body: unknown) {
    const written = parseUser(body);
    const outcome = await this.run(request, { type: 'Provision', userId: this.ids.next(), written });
    return this.answer(request, reply, outcome);
  }

  @Put(':id')
  async replace(
    @Req() request: ScimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const change = (current: Parameters<typeof parseReplacement>[1]) => parseReplacement(body, current);
    return this.answer(
      request,
      reply,
      await this.run(request, { type: 'Change', scimId: known(id), ...ifMatch(request), change }),
    );
  }

  @Patch(':id')
  async patch(
    @Req() request: ScimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ) {
    const change = (current: Parameters<typeof applyPatch>[0]) => applyPatch(current, body, id);
    return this.answer(
      request,
      reply,
      await this.run(request, { type: 'Change', scimId: known(id), ...ifMatch(request), change }),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Req() request: ScimRequest, @Param('id') id: string): Promise<void> {
    await this.run(request, { type: 'Remove', scimId: known(id), ...ifMatch(request) });
  }

  private run(request: ScimRequest, user: UserRequest): Promise<UserOutcome> {
    const correlation = correlationId() ?? this.ids.next();
    const cause = { actor: actorOf(request.principal), correlationId: correlation, causationId: correlation };
    return this.commands.execute(new ForUser(request.access.accountId, user, cause));
  }

  private answer(request: ScimRequest, reply: FastifyReply, { known: user, account }: UserOutcome): Json {
    const projection = projectionOf(request);
    const { user: employee, version, createdAt, modifiedAt } = user;
    void reply.header('etag', etag(version)).header('location', `${this.base.of(request)}/Users/${employee.scimId}`);
    const shown = {
      id: employee.scimId,
      values: toValues(employee),
      created: createdAt,
      modified: modifiedAt,
      version,
    };
    return renderUser(shown, { baseUrl: this.base.of(request), spellings: account.spellings, projection });
  }

  private render(request: ScimRequest, row: ShownUser, projection: ReturnType<typeof projectionOf>): Json {
    const { values, ...rest } = fromRow(row);
    const managerId = row.manager_gone ? undefined : values.manager;
    const view = { baseUrl: this.base.of(request), spellings: request.access.account.spellings, projection };
    return renderUser({ ...rest, values, managerId }, view);
  }
}

const isUuid = (id: string) => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id);

function known(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  throw unknown(id);
}

const unknown = (id: string) => new Refused('user.unknown', `There is no user ${id.slice(0, 100)}`, 'unknown');

const ifMatch = ({ headers }: ScimRequest) =>
  headers['if-match'] === undefined ? {} : { ifMatch: headers['if-match'] };

function projectionOf({ url }: ScimRequest) {
  const query = parseQuery(url);
  return parseProjection(query.get('attributes'), query.get('excludedattributes'));
}
