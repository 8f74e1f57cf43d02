import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Feed } from '@bitabiz/event-store';
import { Allow } from '@bitabiz/service-kit/auth';
import type { Pool } from 'pg';
import { verifyGateway } from './verify.js';

/** The named batch role's pool, for injection. */
export const BATCH = Symbol('batch pool');

/** For the operator's `npm run verify`. */
@Controller('operator/verify')
@Allow('operator')
export class VerifyController {
  constructor(
    @Inject(BATCH) private readonly batch: Pool,
    @Inject(Feed) private readonly feed: Feed,
  ) {}

  @Post()
  @HttpCode(200)
  verify() {
    return verifyGateway(this.batch, this.feed);
  }
}
