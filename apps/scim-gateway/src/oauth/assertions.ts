import { Refused } from '@bitabiz/service-kit/refused';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Federation } from '../account/federation.decider.js';
import { OAuthError } from './error.form.js';

export type AssertionsOptions = {
  /** https://login.microsoftonline.com, or a national cloud's. */
  authority: string;
  now: () => Date;
  /** An unknown key id asks for the tenant's keys again, but not sooner than after this. */
  cooldownMs?: number;
};

const tenants = 1_000;
const keptMs = 3_600_000;
const patienceMs = 5_000;
const skewSeconds = 30;
const algorithms = ['RS256', 'ES256'];

/**
 * Checks the assertions of RFC 7523 section 3 that Entra signs for workload identity federation, with the keys that the tenant publishes. The keys
 * are kept for an hour, and asked for again when a key id is not known.
 */
export class Assertions {
  private readonly keySets = new LRUCache<string, JWTVerifyGetKey>({ max: tenants });

  constructor(private readonly options: AssertionsOptions) {}

  /**
   * Returns when the assertion is the configured tenant's, for the configured application and subject, and of now.
   * @throws OAuthError `invalid_client` with what was expected and what came; Refused `federation.keys` when the keys cannot be had.
   */
  async verify(assertion: string, federation: Federation): Promise<void> {
    const { tenantId, applicationId, subject } = federation;
    const issuer = `${this.options.authority}/${tenantId}/v2.0`;
    // The keys are the tenant's, so a token of another tenant would only be a wrong signature: its own word tells more.
    const { iss } = unverified(assertion);
    if (iss !== issuer) throw mismatch('iss', issuer, iss);
    try {
      const { payload } = await jwtVerify(assertion, this.keysOf(tenantId), {
        algorithms,
        issuer,
        audience: [`api://${applicationId}`, applicationId, `api://${applicationId}/.default`],
        subject,
        requiredClaims: ['exp'],
        clockTolerance: skewSeconds,
        currentDate: this.options.now(),
      });
      if (payload['tid'] !== tenantId) throw mismatch('tid', tenantId, payload['tid']);
    } catch (error) {
      throw explained(error, assertion, federation);
    }
  }

  private keysOf(tenantId: string): JWTVerifyGetKey {
    const known = this.keySets.get(tenantId);
    if (known) return known;
    const keys = createRemoteJWKSet(new URL(`${this.options.authority}/${tenantId}/discovery/v2.0/keys`), {
      cacheMaxAge: keptMs,
      cooldownDuration: this.options.cooldownMs ?? 30_000,
      timeoutDuration: patienceMs,
    });
    this.keySets.set(tenantId, keys);
    return keys;
  }
}

function unverified(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch {
    throw refused('client_assertion is not a signed JWT');
  }
}

function explained(error: unknown, assertion: string, { tenantId, applicationId, subject }: Federation): Error {
  if (error instanceof OAuthError) return error;
  if (error instanceof errors.JWTExpired) return refused(`The assertion ended at ${instant(error.payload.exp)}`);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, payload } = error;
    if (claim === 'nbf') return refused(`The assertion begins only at ${instant(payload.nbf)}`);
    const expected: Record<string, string> = { aud: `api://${applicationId}`, sub: subject, exp: 'a time to come' };
    return mismatch(claim, expected[claim] ?? 'another', payload[claim]);
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return mismatch('alg', algorithms.join(' or '), headerOf(assertion).alg);
  if (error instanceof errors.JWKSMultipleMatchingKeys) return refused('Its header names no key: kid is missing');
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refused(
      `It is signed with the key ${shown(headerOf(assertion).kid)}, which tenant ${tenantId} does not publish`,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refused(`Its signature is not the one of the key ${shown(headerOf(assertion).kid)} of tenant ${tenantId}`);
  }
  const unreadable = [errors.JWTInvalid, errors.JWSInvalid, errors.JOSENotSupported].some(
    (each) => error instanceof each,
  );
  if (unreadable) return refused(`client_assertion cannot be read: ${(error as Error).message}`);
  // jose's own timeout, another answer than 200, or no connection.
  const unavailable = 'The signing keys of Entra cannot be fetched: try again';
  return Object.assign(new Refused('federation.keys', unavailable, 'busy', { retryAfter: 5 }), { cause: error });
}

const headerOf = (assertion: string) =>
  JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString()) as { alg?: unknown; kid?: unknown };
const instant = (seconds: unknown) => new Date(Number(seconds) * 1_000).toISOString();

/** What came, where it is a value that a claim has: what is nested may be so deep that writing it fails. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const isFlat = (Array.isArray(value) ? value : [value]).every((each) => typeof each !== 'object');
  return isFlat ? JSON.stringify(value).slice(0, 200) : 'an object';
}

const refused = (message: string) =>
  new OAuthError('invalid_client', `The assertion is not accepted. ${message}`, { reason: 'federation.assertion' });
const mismatch = (claim: string, expected: string, came: unknown) =>
  refused(`${claim}: expected ${expected}, came ${shown(came)}`);
