import { Body, Controller, HttpCode, Inject, Post, Req, UseGuards } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { correlationHeader } from '@bitabiz/service-kit/correlation';
import type { FastifyInstance } from 'fastify';
import { Limits } from '../limits.js';
import { ScimAccess, type ScimRequest } from './access.guard.js';
import { BaseUrl } from './base-url.js';
import { BULK_RESPONSE, BulkRun, type Answered, type Sent } from './bulk.js';
import { readBulk } from './bulk.read.js';
import { scimPrefix } from './error.form.js';

/** Bulk (RFC 7644 section 3.7): each operation is the request that it describes, through the same doors and with the same errors, and counts as one. */
@Controller('scim/v2/Bulk')
@UseGuards(ScimAccess)
export class BulkController {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(BaseUrl) private readonly base: BaseUrl,
    @Inject(Limits) private readonly limits: Limits,
  ) {}

  @Post()
  @HttpCode(200)
  async bulk(@Req() request: ScimRequest, @Body() body: unknown) {
    const bulk = readBulk(body);
    const run = new BulkRun(bulk, (sent) => this.send(request, sent), this.base.of(request));
    const { accountId } = request.access;
    const results = await this.limits.admitParts(accountId, bulk.operations.length, () => run.all());
    return { schemas: [BULK_RESPONSE], Operations: results };
  }

  private async send(request: ScimRequest, { method, path, data, version }: Sent): Promise<Answered> {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    const answer = await server.inject({
      method: method as 'POST',
      url: `${scimPrefix}${path}`,
      headers: {
        authorization: request.headers.authorization,
        host: request.host,
        [correlationHeader]: request.id,
        ...(method !== 'DELETE' && { 'content-type': 'application/scim+json' }),
        ...(version !== undefined && { 'if-match': version }),
      },
      ...(method !== 'DELETE' && { payload: JSON.stringify(data) }),
    });
    return {
      status: answer.statusCode,
      body: answer.payload === '' ? undefined : (JSON.parse(answer.payload) as unknown),
      version: answer.headers.etag as string | undefined,
    };
  }
}
