import type { FastifyInstance } from 'fastify';
import { requireInside, type AuthOptions } from './auth.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';

/** Each resolves when the part works, and rejects with why it does not. */
export type Checks = Record<string, () => Promise<unknown>>;

export type HealthOptions = { checks: Checks; metrics: Metrics; auth: AuthOptions; logger: Logger };

const patienceMs = 2_000;

/**
 * `/live` and `/ready` are open, `/metrics` takes an operator or service token. Ready is 503 with the names of what fails; why it fails is in the
 * log, since an open door tells no addresses and no names of roles.
 */
export function addHealth(server: FastifyInstance, { checks, metrics, auth, logger }: HealthOptions): void {
  const failing = new Map<string, string>();
  const look = async (name: string, check: Checks[string]) => {
    const why = await failure(check);
    if (why !== failing.get(name)) {
      if (why === undefined) logger.info({ check: name }, 'works again');
      else logger.warn({ check: name, why }, 'not ready');
    }
    if (why === undefined) failing.delete(name);
    else failing.set(name, why);
    return [name, why === undefined ? 'ok' : 'failing'] as const;
  };
  server.get('/live', () => ({ status: 'live' }));
  server.get('/ready', async (_, reply) => {
    const results = await Promise.all(Object.entries(checks).map(([name, check]) => look(name, check)));
    const ready = results.every(([, result]) => result === 'ok');
    reply.code(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(results) };
  });
  server.get('/metrics', async (request, reply) => {
    await requireInside(request, auth);
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}

async function failure(check: () => Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  });
  try {
    await Promise.race([check(), late]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  } finally {
    clearTimeout(timer);
  }
}
