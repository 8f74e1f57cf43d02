import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { newToken } from '@bitabiz/service-kit/tokens';
import * as z from 'zod';
import { causeOf } from '../cause.js';
import { NewIds } from '../new-ids.js';
import { only } from '../only.js';
import { BaseUrl } from '../scim/base-url.js';
import { isStorable } from '../scim/text.js';
import { requireOpen, type AccountCommand } from './account.decider.js';
import { Clients } from './clients.query.js';
import { ForAccount } from './for-account.command.js';
import { Label } from './labels.js';

const NewSecret = only({
  name: Label,
  /** Left out: in a year; null: never. */
  expiresAt: z.iso.datetime().nullable().optional(),
});
const Trusted = only({
  tenantId: Id,
  applicationId: Id,
  subject: z.string().trim().min(1).max(200).refine(isStorable, 'contains a character that cannot be stored'),
});

/** How the account's OAuth client proves who it is: client secrets (RFC 6749) and workload identity federation (RFC 7523). Which foreign tenant is trusted is the operator's. */
@Controller('accounts/:accountId')
@Allow('operator', 'account:admin')
export class ClientsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Clients) private readonly clients: Clients,
    @Inject(NewIds) private readonly ids: NewIds,
    @Inject(BaseUrl) private readonly baseUrl: BaseUrl,
  ) {}

  @Get('client-secrets')
  async secrets(@Param('accountId', { schema: Id }) accountId: string) {
    return { secrets: await this.clients.secrets(accountId) };
  }

  /** The only answer that ever shows the secret: what is stored is its hash. */
  @Post('client-secrets')
  async issue(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: NewSecret }) { name, expiresAt }: z.infer<typeof NewSecret>,
    @Req() request: AuthenticatedRequest,
  ) {
    const secretId = this.ids.next();
    const { token: clientSecret, hash } = newToken('bbclient');
    const data = { secretId, name, hash, ...(expiresAt !== undefined && { expiresAt }) };
    const at = new Date().toISOString();
    const account = requireOpen(await this.run(request, accountId, { type: 'IssueClientSecret', data, at }));
    const issued = account.secrets?.[secretId];
    return {
      secretId,
      clientSecret,
      name: issued?.name,
      expiresAt: issued?.expiresAt ?? null,
      ...this.addresses(accountId, request),
    };
  }

  @Delete('client-secrets/:secretId')
  @HttpCode(204)
  async revoke(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('secretId', { schema: Id }) secretId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    const at = new Date().toISOString();
    await this.run(request, accountId, { type: 'RevokeClientSecret', data: { secretId, at } });
  }

  @Get('federation')
  async federation(@Param('accountId', { schema: Id }) accountId: string, @Req() request: AuthenticatedRequest) {
    return { federation: await this.clients.federation(accountId), ...this.addresses(accountId, request) };
  }

  @Put('federation')
  @Allow('operator')
  async configure(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: Trusted }) trusted: z.infer<typeof Trusted>,
    @Req() request: AuthenticatedRequest,
  ) {
    const data = { federationId: this.ids.next(), ...trusted };
    await this.run(request, accountId, { type: 'ConfigureFederation', data });
    return this.federation(accountId, request);
  }

  @Delete('federation')
  @Allow('operator')
  @HttpCode(204)
  async remove(@Param('accountId', { schema: Id }) accountId: string, @Req() request: AuthenticatedRequest) {
    await this.run(request, accountId, { type: 'RemoveFederation', data: {} });
  }

  /** What is pasted into Entra beside a secret. */
  private addresses(accountId: string, request: AuthenticatedRequest) {
    return { clientId: accountId, tokenEndpoint: this.baseUrl.tokenEndpoint(request, accountId) };
  }

  private run(request: AuthenticatedRequest, accountId: string, command: AccountCommand) {
    return this.commands.execute(new ForAccount(accountId, command, causeOf(request, this.ids.next)));
  }
}
