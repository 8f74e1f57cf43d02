import { hashToken, looksLikeToken } from '@bitabiz/service-kit/tokens';
import type { FastifyInstance } from 'fastify';
import { bearerIn, type Access, type AccessTokens } from '../access.js';
import { isGood } from '../account/ended.js';
import { RateLimit } from '../rate-limit.js';
import { isScim } from '../scim/media-type.js';
import { gather } from './gather.js';
import type { NotedRequest } from './noted.js';
import type { ProvisioningLog } from './provisioning-log.js';
import { keptRefusals } from './token-refusals.js';

type Parts = { log: ProvisioningLog; tokens: AccessTokens; newId: () => string; now: () => Date };

/** Rows of requests that no rate limit counted, by account and credential: Entra sends few of them, and whoever sends many says nothing new. */
const uncounted = { perSecond: 1, burst: 100 };

/**
 * Gathers a row for every SCIM request after it was answered (P18), refused ones too wherever the token names an account, and those whose client went
 * away before the answer: what they changed is changed.
 */
export function recordRequests(server: FastifyInstance, { log, tokens, newId, now }: Parts): void {
  const limits = { uncounted: new RateLimit(uncounted), ended: new RateLimit(keptRefusals) };
  const gathered = (request: NotedRequest, status: number) => {
    const record = (access: Access | undefined) => {
      if (!access) return;
      const { accountId, tokenId } = access;
      const limit = request.access ? undefined : limits[isGood(access, now().toISOString()) ? 'uncounted' : 'ended'];
      if (limit && limit.take(`${accountId}/${tokenId}`) > 0) return;
      const row = gather(request, { accountId, tokenId, entryId: newId(), status });
      if (row) log.add(row);
    };
    if (request.access) record(request.access);
    // The answer is out: whoever cannot be named now is not logged.
    else accessOf(request, tokens, status).then(record, () => undefined);
  };
  server.addHook('onSend', (request: NotedRequest, reply, payload, done) => {
    done(null, payload);
    if (!(request.noted ?? request.failure) || !isScim(request)) return;
    // Once the answer is out, or nobody is there any more who would get it.
    if (reply.raw.closed || reply.raw.destroyed) gathered(request, reply.statusCode);
    else reply.raw.once('close', () => gathered(request, reply.statusCode));
  });
}

/** Whose token was sent with a request that failed before, or because, the token was judged. */
async function accessOf({ headers }: NotedRequest, tokens: AccessTokens, status: number): Promise<Access | undefined> {
  const token = bearerIn(headers.authorization);
  if (token === undefined) return undefined;
  const hash = hashToken(token);
  // After a 401 the token was just looked for, so what is not remembered is not there; whoever is shut out (429) causes no look-up.
  const looks = status !== 401 && status !== 429 && looksLikeToken(token);
  return tokens.remembered(hash) ?? (looks ? tokens.find(hash) : undefined);
}
