import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { Identities } from './identities.js';

const Asked = z.object({ name: z.string().min(1).max(512), objectId: z.guid().optional() });
const Page = z.object({
  after: Id.default('00000000-0000-0000-0000-000000000000'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** Who may sign in to an account (S3, S7). */
@Controller('accounts/:accountId')
@Allow('operator', 'account:admin')
export class IdentitiesController {
  constructor(@Inject(Identities) private readonly identities: Identities) {}

  @Get('admission')
  admission(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: Asked }) asked: z.infer<typeof Asked>,
  ) {
    return this.identities.admit(accountId, asked);
  }

  @Get('identities')
  async list(
    @Param('accountId', { schema: Id }) accountId: string,
    @Query({ schema: Page }) { after, limit }: z.infer<typeof Page>,
  ) {
    const identities = await this.identities.list(accountId, after, limit);
    return { identities, ...(identities.length === limit && { next: identities.at(-1)?.id }) };
  }
}
