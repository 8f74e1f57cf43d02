import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessTokens } from '../access.js';
import { GatewayCommands } from '../gateway.commands.js';
import type { Cause } from '../world.js';
import type { UserOutcome } from './user.handler.js';
import type { UserRequest } from './user.request.js';

/** Hands one request to the employee it is for; see user.handler.ts. */
export class ForUser extends Command<UserOutcome> {
  constructor(
    readonly accountId: string,
    readonly request: UserRequest,
    readonly cause: Cause,
  ) {
    super();
  }
}

@CommandHandler(ForUser)
export class ForUserHandler implements ICommandHandler<ForUser> {
  constructor(
    @Inject(GatewayCommands) private readonly gateway: GatewayCommands,
    @Inject(AccessTokens) private readonly access: AccessTokens,
  ) {}

  async execute({ accountId, request, cause }: ForUser): Promise<UserOutcome> {
    const outcome = await this.gateway.forUser(accountId, request, cause);
    if (outcome.noted) this.access.forget(accountId);
    return outcome;
  }
}
