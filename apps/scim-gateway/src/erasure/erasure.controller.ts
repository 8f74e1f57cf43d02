import { KeyRing } from '@bitabiz/event-store';
import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { causeOf } from '../cause.js';
import { NewIds } from '../new-ids.js';
import { Erasures } from './erasures.js';

/** P20: one person, on request. */
@Controller('accounts/:accountId/employees/:userId/erasure')
@Allow('operator', 'account:admin')
export class ErasureController {
  constructor(
    @Inject(Erasures) private readonly erasures: Erasures,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Post()
  @HttpCode(200)
  erase(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.erasures.erase(accountId, userId, causeOf(request, this.ids.next));
  }
}

/** The keys of employees, for the operator. */
@Controller('operator/keys')
@Allow('operator')
export class KeysController {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing) {}

  /** Wraps all keys with the first of WRAPPING_KEYS; afterwards the others can leave the configuration. */
  @Post('rewrap')
  @HttpCode(200)
  async rewrap() {
    return { rewrapped: await this.keys.rewrap() };
  }
}
