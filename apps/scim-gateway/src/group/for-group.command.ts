import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { GatewayCommands } from '../gateway.commands.js';
import type { Cause } from '../world.js';
import type { GroupOutcome, GroupRequest } from './group.handler.js';

/** Hands one request to the group it is for; see group.handler.ts. */
export class ForGroup extends Command<GroupOutcome> {
  constructor(
    readonly accountId: string,
    readonly request: GroupRequest,
    readonly cause: Cause,
  ) {
    super();
  }
}

@CommandHandler(ForGroup)
export class ForGroupHandler implements ICommandHandler<ForGroup> {
  constructor(@Inject(GatewayCommands) private readonly gateway: GatewayCommands) {}

  execute({ accountId, request, cause }: ForGroup): Promise<GroupOutcome> {
    return this.gateway.forGroup(accountId, request, cause);
  }
}
