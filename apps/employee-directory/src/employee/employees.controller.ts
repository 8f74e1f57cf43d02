import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { Employees } from './employees.js';

const Who = z.string().min(1).max(512);
const List = z.object({
  search: z.string().max(200).default(''),
  list: z.enum(['active', 'inactive', 'all']).default('active'),
  after: z.string().max(2000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
const Policy = z.object({ policy: z.string().min(1).max(200) });

/** Employee cards, the inactive list, MISSING, history and groups. */
@Controller('accounts/:accountId')
@Allow('operator', 'account:admin')
export class EmployeesController {
  constructor(@Inject(Employees) private readonly employees: Employees) {}

  @Get('employees')
  list(@Param('accountId', { schema: Id }) accountId: string, @Query({ schema: List }) query: z.infer<typeof List>) {
    return this.employees.list(accountId, query);
  }

  @Get('employees/:who')
  one(@Param('accountId', { schema: Id }) accountId: string, @Param('who', { schema: Who }) who: string) {
    return this.employees.of(accountId, who);
  }

  @Get('employees/:who/history')
  async history(@Param('accountId', { schema: Id }) accountId: string, @Param('who', { schema: Who }) who: string) {
    return { history: await this.employees.history(accountId, who) };
  }

  @Put('employees/:who/policy')
  @HttpCode(204)
  setPolicy(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('who', { schema: Who }) who: string,
    @Body({ schema: Policy }) { policy }: z.infer<typeof Policy>,
  ) {
    return this.employees.policy(accountId, who, policy);
  }

  @Delete('employees/:who/policy')
  @HttpCode(204)
  removePolicy(@Param('accountId', { schema: Id }) accountId: string, @Param('who', { schema: Who }) who: string) {
    return this.employees.policy(accountId, who, null);
  }

  @Get('groups')
  async groups(@Param('accountId', { schema: Id }) accountId: string) {
    return { groups: await this.employees.groups(accountId) };
  }
}
