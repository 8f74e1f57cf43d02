import { actorOf, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { correlationId } from '@bitabiz/service-kit/correlation';
import type { Cause } from './world.js';

/** Who asked, and the request's correlation id, which goes with the events to every log line behind them. */
export function causeOf(request: AuthenticatedRequest, newId: () => string): Cause {
  const correlation = correlationId() ?? newId();
  return { actor: actorOf(request.principal), correlationId: correlation, causationId: correlation };
}
