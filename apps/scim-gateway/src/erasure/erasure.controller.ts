import { KeyRing } from '@bitabiz/event-store';
import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { causeOf } from '../cause.js';
import { GatewayCommands } from '../gateway.commands.js';
import { NewIds } from '../new-ids.js';
import { deactivationWarnings, previewDeactivation, type Warning } from '../user/deactivation.js';
import type { Cause } from '../world.js';
import { Erasures } from './erasures.js';

/** P20: one person, on request, and what came of it. */
@Controller('accounts/:accountId/employees/:userId/erasure')
@Allow('operator', 'account:admin')
export class ErasureController {
  constructor(
    @Inject(Erasures) private readonly erasures: Erasures,
    @Inject(GatewayCommands) private readonly gateway: GatewayCommands,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Post()
  @HttpCode(200)
  async erase(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    const cause = causeOf(request, this.ids.next);
    const warnings = await this.warnings(accountId, userId, cause);
    return { ...(await this.erasures.erase(accountId, userId, cause)), warnings };
  }

  /** What the gateway removed; every other service says it of itself under `/accounts/{account}/erasures/{employee}`. */
  @Get()
  async report(@Param('accountId', { schema: Id }) accountId: string, @Param('userId', { schema: Id }) userId: string) {
    const { askedAt, actor, erasedAt, removed } = await this.erasures.reportOf(accountId, userId);
    return { service: 'scim-gateway', userId, askedAt, askedBy: actor, erasedAt, removed };
  }

  /** Who is still assigned in Entra is made anew, as after a deactivation by hand (P11). */
  private async warnings(accountId: string, userId: string, cause: Cause): Promise<Warning[]> {
    const outcome = await previewDeactivation(this.gateway, accountId, userId, cause);
    return outcome instanceof Error ? [] : deactivationWarnings(outcome.account, outcome.before.user);
  }
}

/** The keys of employees, for the operator. */
@Controller('operator/keys')
@Allow('operator')
export class KeysController {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing) {}

  /** Wraps all keys with the first of WRAPPING_KEYS; afterwards the others can leave the configuration. */
  @Post('rewrap')
  @HttpCode(200)
  async rewrap() {
    return { rewrapped: await this.keys.rewrap() };
  }
}
