import type { FastifyInstance } from 'fastify';
import type { AuthOptions } from './auth.js';
import type { Metrics } from './metrics.js';
import { hashToken } from './tokens.js';

/** Each resolves when the part works, and rejects with why it does not. */
export type Checks = Record<string, () => Promise<unknown>>;

const patienceMs = 2_000;

/** `/live`, `/ready` (open) and `/metrics` (operator or service token). Ready is 503 with the names of what fails. */
export function addHealth(server: FastifyInstance, checks: Checks, metrics: Metrics, auth: AuthOptions): void {
  server.get('/live', () => ({ status: 'live' }));
  server.get('/ready', async (_, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    const failing = results.filter(([, result]) => result !== 'ok');
    reply.code(failing.length === 0 ? 200 : 503);
    return { status: failing.length === 0 ? 'ready' : 'not ready', checks: Object.fromEntries(results) };
  });
  server.get('/metrics', async (request, reply) => {
    const hash = hashToken(request.headers.authorization?.replace(/^Bearer +/i, '') ?? '');
    if (hash !== auth.operatorHash && !auth.serviceHashes.includes(hash)) {
      reply.code(401);
      return { code: 'token.missing', message: 'Metrics need an operator or service token' };
    }
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}

async function outcome(check: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  });
  try {
    await Promise.race([check(), late]);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  } finally {
    clearTimeout(timer);
  }
}
