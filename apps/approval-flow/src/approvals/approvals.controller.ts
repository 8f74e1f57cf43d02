import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, Req } from '@nestjs/common';
import { actorOf, Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { Approvals } from './approvals.js';

const Who = z.string().min(1).max(512);
const Page = z.object({
  after: Id.default('00000000-0000-0000-0000-000000000000'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const Given = z.object({ approver: Who });
const Foundation = z.object({ foundation: z.enum(['departments', '1:1']) });

/** Who approves X, who reports to X, and what a Setup admin sets by hand. */
@Controller('accounts/:accountId')
@Allow('operator', 'account:admin')
export class ApprovalsController {
  constructor(@Inject(Approvals) private readonly approvals: Approvals) {}

  @Get('approvals')
  async list(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: Page }) { after, limit }: z.infer<typeof Page>,
  ) {
    const approvals = await this.approvals.list(accountId, after, limit);
    return { approvals, ...(approvals.length === limit && { next: approvals.at(-1)?.employee.id }) };
  }

  @Get('employees/:who/approver')
  approver(@Param('accountId', { schema: Id }) accountId: string, @Param('who', { schema: Who }) who: string) {
    return this.approvals.of(accountId, who);
  }

  @Get('employees/:who/reports')
  async reports(@Param('accountId', { schema: Id }) accountId: string, @Param('who', { schema: Who }) who: string) {
    return { reports: await this.approvals.reportsOf(accountId, who) };
  }

  @Put('employees/:who/approver')
  @HttpCode(204)
  give(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('who', { schema: Who }) who: string,
    @Body({ schema: Given }) { approver }: z.infer<typeof Given>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.approvals.give(accountId, who, approver, actorOf(request.principal));
  }

  @Delete('employees/:who/approver')
  @HttpCode(204)
  take(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('who', { schema: Who }) who: string,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.approvals.give(accountId, who, null, actorOf(request.principal));
  }

  @Get('foundation')
  async foundation(@Param('accountId', { schema: Id }) accountId: string) {
    return { foundation: await this.approvals.foundation(accountId) };
  }

  @Put('foundation')
  @HttpCode(204)
  switchFoundation(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: Foundation }) { foundation }: z.infer<typeof Foundation>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.approvals.switchFoundation(accountId, foundation, actorOf(request.principal));
  }

  @Get('cycles')
  async cycles(@Param('accountId', { schema: Id }) accountId: string) {
    return { cycles: await this.approvals.cycles(accountId) };
  }
}
