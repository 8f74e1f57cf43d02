import { isUnder, pathOf } from '@bitabiz/service-kit/prefix';
import { Refused } from '@bitabiz/service-kit/refused';
import type { FastifyInstance } from 'fastify';
import type { Accounts } from '../account/accounts.query.js';
import { OAuthError, oauthPrefix } from '../oauth/error.form.js';
import { networkOf, RateLimit } from '../rate-limit.js';
import { isUuid } from '../uuid.js';
import type { Gathered } from './entry.js';
import type { NotedRequest } from './noted.js';
import type { ProvisioningLog } from './provisioning-log.js';

type Parts = {
  log: Pick<ProvisioningLog, 'add'>;
  /** Strangers can name any. */
  accounts: Pick<Accounts, 'has'>;
  newId: () => string;
};

/**
 * Of refusals of what is not good, or not good any more, only some are kept of each credential, and of each code where nobody knows the credential: 20
 * at once, then one a minute.
 */
export const keptRefusals = { perSecond: 1 / 60, burst: 20 };
/** Strangers may name ever other accounts; each is looked up, so many for each network. */
const lookedUp = { perSecond: 10, burst: 100 };

/** Gathers a row for requests to an account's token endpoint that were refused (P18): what was wrong, and never what was sent as a proof. */
export function recordTokenRefusals(server: FastifyInstance, { log, accounts, newId }: Parts): void {
  const rows = new RateLimit(keptRefusals);
  const lookUps = new RateLimit(lookedUp);
  server.addHook('onResponse', (request: NotedRequest, reply, done) => {
    done();
    if (request.method !== 'POST' || !isUnder(pathOf(request.url), oauthPrefix)) return;
    const row = refusalIn(request, reply.statusCode, newId);
    // Whoever is shut out says nothing new, and must not stand in the way of what others do.
    if (!row || row.code === 'access.tooManyFailures') return;
    const { accountId, code, tokenId } = row;
    if (rows.take(`${accountId}/${tokenId ?? code}`) > 0) return;
    // Who proved to hold a credential is heard whatever strangers do.
    if (tokenId !== null) return log.add(row);
    if (lookUps.take(networkOf(request.ip)) > 0) return;
    // The answer is out: what cannot be looked up now is not logged.
    accounts.has(accountId).then(
      (known) => known && log.add(row),
      () => undefined,
    );
  });
}

function refusalIn({ params, failure, id }: NotedRequest, status: number, newId: () => string) {
  const accountId = (params as { accountId?: string } | undefined)?.accountId?.toLowerCase() ?? '';
  const error = failure?.error;
  if (!isUuid(accountId) || !(error instanceof OAuthError || error instanceof Refused)) return undefined;
  const told =
    error instanceof OAuthError
      ? { code: error.reason, tokenId: error.credentialId ?? null, reason: error.logged }
      : { code: error.code, tokenId: null, reason: error.message };
  return {
    accountId,
    entryId: newId(),
    action: 'Other',
    outcome: 'Failure',
    lookup: null,
    resource: null,
    subject: {},
    method: 'POST',
    status,
    code: told.code,
    correlationId: id,
    tokenId: told.tokenId,
    content: { reason: told.reason },
    impersonal: true,
  } satisfies Gathered;
}
