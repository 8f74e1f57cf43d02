import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import * as z from 'zod';
import { Feed, longestPage } from './feed.js';

const Page = z.object({
  account: Id,
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(longestPage).default(longestPage),
});
const Since = z.object({ cursor: z.string().max(60).optional() });

/** The feed of a service that owns events (decision 5), for other services: NDJSON pages and heads. */
@Controller('feed')
@Allow('service', 'operator')
export class FeedController {
  constructor(@Inject(Feed) private readonly feed: Feed) {}

  @Get()
  @Header('content-type', 'application/x-ndjson')
  page(@Query({ schema: Page }) { account, after, limit }: z.infer<typeof Page>): Promise<Buffer> {
    return this.feed.lines(account, after, limit);
  }

  @Get('heads')
  heads(@Query({ schema: Since }) { cursor }: z.infer<typeof Since>) {
    return this.feed.heads(cursor);
  }
}
