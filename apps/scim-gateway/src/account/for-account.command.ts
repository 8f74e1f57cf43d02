import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessTokens } from '../access.js';
import { GatewayCommands } from '../gateway.commands.js';
import type { Cause } from '../world.js';
import type { Account, AccountCommand } from './account.decider.js';

/** Hands one command to an account; see account.decider.ts. */
export class ForAccount extends Command<Account> {
  constructor(
    readonly accountId: string,
    readonly command: AccountCommand,
    readonly cause: Cause,
  ) {
    super();
  }
}

@CommandHandler(ForAccount)
export class ForAccountHandler implements ICommandHandler<ForAccount> {
  constructor(
    @Inject(GatewayCommands) private readonly gateway: GatewayCommands,
    @Inject(AccessTokens) private readonly access: AccessTokens,
  ) {}

  async execute({ accountId, command, cause }: ForAccount): Promise<Account> {
    const account = await this.gateway.forAccount(accountId, command, cause);
    this.access.forget(accountId);
    return account;
  }
}
