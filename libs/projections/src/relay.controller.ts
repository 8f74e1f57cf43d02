import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import type { Relay } from '@bitabiz/messaging/relay';
import { Allow } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import type { Metrics } from '@bitabiz/service-kit/metrics';
import { Refused } from '@bitabiz/service-kit/refused';
import * as z from 'zod';

/** The running relay, for injection. */
export const RELAY = Symbol('relay');

const Account = z.object({ accountId: Id });

/** What an operator asks of the relay of a service that owns events (decision 4). */
@Controller('operator/relay')
@Allow('operator')
export class RelayController {
  constructor(@Inject(RELAY) private readonly relay: Relay) {}

  @Get()
  status() {
    return this.relay.status();
  }

  /** Tries an account again that was stopped because the log refused one of its events. */
  @Post('retry')
  @HttpCode(202)
  retry(@Body({ schema: Account }) { accountId }: z.infer<typeof Account>) {
    if (this.relay.retryStopped(accountId)) return { retrying: accountId };
    throw new Refused('relay.notStopped', 'This account is not stopped', 'unknown');
  }
}

/** Alerts stand on these: accounts that are stopped, and whether somebody publishes at all. */
export function relayMetrics(metrics: Metrics, relay: Relay): void {
  metrics.gauge(
    'relay_stopped_accounts',
    'Accounts whose next event the log refuses',
    () => relay.status().stopped.length,
  );
  metrics.gauge('relay_publishing', '1 when this process is the one that publishes', () =>
    relay.status().publishing ? 1 : 0,
  );
}
