import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { Refused } from '@bitabiz/service-kit/refused';
import * as z from 'zod';
import { ForAccount } from '../account/for-account.command.js';
import { fewestMonths, mostMonths } from '../account/retention.decider.js';
import { causeOf } from '../cause.js';
import { NewIds } from '../new-ids.js';
import { only } from '../only.js';
import { Retention, type RetentionPreview, type RetentionView } from './retention.query.js';
import { ScheduledErasure, type ErasureRun } from './scheduled-erasure.js';

const months = z.coerce.number().int().min(fewestMonths).max(mostMonths);
const Setting = only({ eraseInactiveAfterMonths: z.int().min(fewestMonths).max(mostMonths).nullable() });
const Preview = only({
  months: months.optional(),
  cursor: Id.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** P20: after how many months an account's inactive employees are erased. */
@Controller('accounts/:accountId/retention')
@Allow('operator', 'account:admin')
export class RetentionController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Retention) private readonly retention: Retention,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Get()
  of(@Param('accountId', { schema: Id }) accountId: string): Promise<RetentionView> {
    return this.retention.of(accountId);
  }

  /** Nobody is erased by it at once: look at the preview first. */
  @Put()
  async change(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: Setting }) { eraseInactiveAfterMonths }: z.infer<typeof Setting>,
    @Req() request: AuthenticatedRequest,
  ): Promise<RetentionView> {
    const command = { type: 'ChangeRetention', data: { months: eraseInactiveAfterMonths } } as const;
    await this.commands.execute(new ForAccount(accountId, command, causeOf(request, this.ids.next)));
    return this.retention.of(accountId);
  }

  @Get('preview')
  preview(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: Preview }) query: z.output<typeof Preview>,
  ): Promise<RetentionPreview> {
    return this.retention.preview(accountId, query);
  }
}

/** The same for all accounts now, for an operator who does not want to wait for the hour. */
@Controller('operator/scheduled-erasure')
@Allow('operator')
export class ScheduledErasureController {
  constructor(@Inject(ScheduledErasure) private readonly scheduled: ScheduledErasure) {}

  @Post()
  @HttpCode(200)
  async run(): Promise<ErasureRun> {
    const run = await this.scheduled.run();
    if (run) return run;
    throw new Refused('retention.running', 'Inactive employees are being erased already', 'conflict');
  }
}
