import { Refused } from '@bitabiz/service-kit/refused';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Federation } from '../account/federation.decider.js';
import { OAuthError, type OAuthDetails } from './error.form.js';
import { TenantKeys } from './tenant-keys.js';

export type AssertionsOptions = {
  /** https://login.microsoftonline.com, or a national cloud's. */
  authority: string;
  now: () => Date;
  /** A tenant's keys are not asked for again sooner than after this. */
  cooldownMs?: number;
};

const tenants = 1_000;
const cooldownMs = 30_000;
const skewSeconds = 30;
/** Of what is repeated, in characters. */
const longest = 200;
const algorithms = ['RS256', 'ES256'];

/**
 * Checks the assertions of RFC 7523 section 3 that Entra signs for workload identity federation, with the keys that the tenant publishes.
 */
export class Assertions {
  private readonly keySets = new LRUCache<string, TenantKeys>({ max: tenants });

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
    if (iss !== issuer) throw unproved('iss', issuer, iss);
    try {
      const { payload } = await jwtVerify(assertion, this.keysOf(tenantId).find, {
        algorithms,
        issuer,
        audience: [`api://${applicationId}`, applicationId, `api://${applicationId}/.default`],
        subject,
        requiredClaims: ['exp'],
        clockTolerance: skewSeconds,
        currentDate: this.options.now(),
      });
      if (payload['tid'] !== tenantId) throw mismatch(federation, 'tid', tenantId, payload['tid']);
    } catch (error) {
      throw explained(error, assertion, federation);
    }
  }

  private keysOf(tenantId: string): TenantKeys {
    const known = this.keySets.get(tenantId);
    if (known) return known;
    const url = new URL(`${this.options.authority}/${tenantId}/discovery/v2.0/keys`);
    const keys = new TenantKeys(url, { cooldownMs, ...this.options });
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

/** jose judges the signature before the claims: of what the tenant signed it is known whose it is. */
function explained(error: unknown, assertion: string, federation: Federation): Error {
  const { federationId: credentialId, tenantId, applicationId, subject } = federation;
  if (error instanceof OAuthError) return error;
  if (error instanceof errors.JWTExpired)
    return refused(`The assertion ended at ${instant(error.payload.exp)}`, { credentialId });
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, payload } = error;
    if (claim === 'nbf') return refused(`The assertion begins only at ${instant(payload.nbf)}`, { credentialId });
    const expected: Record<string, string> = { aud: `api://${applicationId}`, sub: subject, exp: 'a time to come' };
    return mismatch(federation, claim, expected[claim] ?? 'another', payload[claim]);
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return unproved('alg', algorithms.join(' or '), headerOf(assertion).alg);
  if (error instanceof errors.JWKSMultipleMatchingKeys) return refused('Its header names no key: kid is missing');
  if (error instanceof errors.JWKSNoMatchingKey) {
    const said = (key: string) => `It is signed with the key ${key}, which tenant ${tenantId} does not publish`;
    return refused(said(shown(headerOf(assertion).kid)), { logged: said('that it names') });
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    const said = (key: string) => `Its signature is not the one of the key ${key} of tenant ${tenantId}`;
    return refused(said(shown(headerOf(assertion).kid)), { logged: said('that it names') });
  }
  const unreadable = [errors.JWTInvalid, errors.JWSInvalid, errors.JOSENotSupported].some(
    (each) => error instanceof each,
  );
  const cannot = 'client_assertion cannot be read';
  if (unreadable) return refused(`${cannot}: ${(error as Error).message.slice(0, longest)}`, { logged: cannot });
  // jose's own timeout, another answer than 200, or no connection.
  const unavailable = 'The signing keys of Entra cannot be fetched: try again';
  return Object.assign(new Refused('federation.keys', unavailable, 'busy', { retryAfter: cooldownMs / 1_000 }), {
    cause: error,
  });
}

const headerOf = (assertion: string) =>
  JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString()) as { alg?: unknown; kid?: unknown };
const instant = (seconds: unknown) => new Date(Number(seconds) * 1_000).toISOString();

/** What came, where it is a value that a claim has: what is nested may be so deep that writing it fails. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const isFlat = (Array.isArray(value) ? value : [value]).every((each) => typeof each !== 'object');
  return isFlat ? JSON.stringify(value).slice(0, longest) : 'an object';
}

function refused(message: string, { logged = message, credentialId }: OAuthDetails = {}): OAuthError {
  const said = (sentence: string) => `The assertion is not accepted. ${sentence}`;
  const details = { reason: 'federation.assertion', credentialId, logged: said(logged) };
  return new OAuthError('invalid_client', said(message), details);
}

const mismatch = ({ federationId: credentialId }: Federation, claim: string, expected: string, came: unknown) =>
  refused(`${claim}: expected ${expected}, came ${shown(came)}`, { credentialId });

/** What anybody may have written is told to the sender, and not to the administrator who reads the log. */
function unproved(claim: string, expected: string, came: unknown): OAuthError {
  const said = (what: string) => `${claim}: expected ${expected}, came ${what}`;
  return refused(said(shown(came)), { logged: said('another') });
}
