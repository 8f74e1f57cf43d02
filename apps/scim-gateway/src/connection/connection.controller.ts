import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import type { FastifyRequest } from 'fastify';
import { BaseUrl } from '../scim/base-url.js';
import { Connections } from './connection.query.js';
import { sheetOf } from './sheet.js';

/** How an account is connected to Entra, and how that goes (P1). */
@Controller('accounts/:accountId/connection')
@Allow('operator', 'account:admin')
export class ConnectionController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(BaseUrl) private readonly base: BaseUrl,
  ) {}

  /** What to paste where, and what became of each credential. */
  @Get()
  async sheet(@Param('accountId', { schema: Id }) accountId: string, @Req() request: FastifyRequest) {
    const credentials = await this.connections.credentials(accountId);
    const where = {
      accountId,
      scim: this.base.of(request),
      tokenEndpoint: this.base.tokenEndpoint(request, accountId),
    };
    return { ...sheetOf(where), credentials };
  }

  /** When Entra called last, its current cycle, whether quarantine is near, and what to do. */
  @Get('health')
  health(@Param('accountId', { schema: Id }) accountId: string) {
    return this.connections.health(accountId);
  }
}
