import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { actorOf, Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { causeOf } from '../cause.js';
import { NewIds } from '../new-ids.js';
import { only } from '../only.js';
import { ForAccount } from './for-account.command.js';
import type { TenantMigrationCommand } from './tenant-migration.decider.js';
import { lists, TenantMigrations, type MigrationReport } from './tenant-migrations.query.js';

const Asked = only({
  list: z.enum(lists).default('unmatched'),
  cursor: Id.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const firstPage = Asked.parse({});

/** P14: the move of an account to a new Entra tenant, from the end of the old one's access to the report of who came along. */
@Controller('accounts/:accountId/tenant-migration')
@Allow('operator', 'account:admin')
export class TenantMigrationController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(TenantMigrations) private readonly migrations: TenantMigrations,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Post()
  start(@Param('accountId', { schema: Id }) accountId: string, @Req() request: AuthenticatedRequest) {
    const begun = { startedAt: new Date().toISOString(), startedBy: actorOf(request.principal) };
    const data = { migrationId: this.ids.next(), ...begun };
    return this.run(request, accountId, { type: 'StartTenantMigration', data });
  }

  @Get()
  report(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: Asked }) { list, limit, cursor }: z.output<typeof Asked>,
  ): Promise<MigrationReport> {
    return this.migrations.report(accountId, list, limit, cursor);
  }

  @Post('completion')
  @HttpCode(200)
  complete(@Param('accountId', { schema: Id }) accountId: string, @Req() request: AuthenticatedRequest) {
    const data = { completedAt: new Date().toISOString(), completedBy: actorOf(request.principal) };
    return this.run(request, accountId, { type: 'CompleteTenantMigration', data });
  }

  private async run(
    request: AuthenticatedRequest,
    accountId: string,
    command: TenantMigrationCommand,
  ): Promise<MigrationReport> {
    await this.commands.execute(new ForAccount(accountId, command, causeOf(request, this.ids.next)));
    return this.report(accountId, firstPage);
  }
}
