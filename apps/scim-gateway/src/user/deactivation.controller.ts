import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { causeOf } from '../cause.js';
import { GatewayCommands } from '../gateway.commands.js';
import { NewIds } from '../new-ids.js';
import { deactivationWarnings, previewDeactivation } from './deactivation.js';
import { ForUser } from './for-user.command.js';
import { shown } from './shown.js';
import type { UserOutcome } from './user.handler.js';

/** Deactivating by hand, and what would come of it (P11). */
@Controller('accounts/:accountId/employees/:userId/deactivation')
@Allow('operator', 'account:admin')
export class DeactivationController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(GatewayCommands) private readonly gateway: GatewayCommands,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  /** The employee as he or she would be, the events, and warnings; nothing is done. */
  @Get()
  async preview(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    const outcome = await previewDeactivation(this.gateway, accountId, userId, causeOf(request, this.ids.next));
    if (outcome instanceof Error) throw outcome;
    return warned(outcome);
  }

  @Post()
  @HttpCode(200)
  async deactivate(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    const cause = causeOf(request, this.ids.next);
    return warned(await this.commands.execute(new ForUser(accountId, { type: 'DeactivateByHand', userId }, cause)));
  }
}

const warned = (outcome: UserOutcome) => ({
  ...shown(outcome),
  warnings: outcome.events.length > 0 ? deactivationWarnings(outcome.account, outcome.before.user) : [],
});
