import { Controller, Get, Inject, Param } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { erasureReport } from './erasures.js';
import { PROJECTIONS } from './operator.controller.js';
import type { Projections } from './run.js';

/** What this service removed of an erased employee (P20). */
@Controller('accounts/:accountId/erasures')
@Allow('operator', 'account:admin')
export class ErasureReportController {
  constructor(@Inject(PROJECTIONS) private readonly projections: Projections) {}

  @Get(':userId')
  report(@Param('accountId', { schema: Id }) accountId: string, @Param('userId', { schema: Id }) userId: string) {
    const { app, set } = this.projections;
    return erasureReport(app, set.service, accountId, userId);
  }
}
