import { hkdfSync } from 'node:crypto';
import type { WrappingKey } from '@bitabiz/event-store';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';

/** What an access token was given for: the account, and the client secret or federation that proved it. */
export type Grant = { accountId: string; credentialId: string; expiresAt: string };

/** A secret or federation that was proved right. */
export type Proven = { credentialId: string; endsAt?: string | undefined };

/** Entra takes access tokens of one to six hours. */
const accessTokenSeconds = 3_600;
const audience = 'scim';
const type = 'at+jwt';
const longest = 1_024;

/**
 * Access tokens as JWTs of RFC 9068's type, signed with a key of the gateway's own, so that every replica reads them and none is stored. They
 * only point to a credential: whether that is still good is looked up (see access.ts), so a revocation ends them too.
 */
export class SignedTokens {
  private readonly keys: ReadonlyMap<string, Uint8Array>;

  /** @param wrapping the keys of the configuration: the first signs, the others are still read. */
  constructor(
    private readonly wrapping: readonly WrappingKey[],
    private readonly now: () => Date,
  ) {
    const derived = (key: WrappingKey['key']) => new Uint8Array(hkdfSync('sha256', key, '', 'scim access token', 32));
    this.keys = new Map(wrapping.map(({ id, key }) => [id, derived(key)]));
  }

  /** @param endsAt when the credential ends, and with it what was given for it. @returns the token, and for how many seconds it is good. */
  async sign(accountId: string, { credentialId, endsAt }: Proven): Promise<{ token: string; lasts: number }> {
    const kid = this.wrapping[0]?.id ?? '';
    const seconds = Math.floor(this.now().getTime() / 1_000);
    const left = endsAt === undefined ? accessTokenSeconds : Math.floor(Date.parse(endsAt) / 1_000) - seconds;
    const lasts = Math.max(1, Math.min(accessTokenSeconds, left));
    const token = await new SignJWT({ credential: credentialId })
      .setProtectedHeader({ alg: 'HS256', typ: type, kid })
      .setSubject(accountId)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + accessTokenSeconds)
      .sign(this.keyOf(kid));
    return { token, lasts };
  }

  /** Undefined when it is none of ours, or over. */
  async read(token: string): Promise<Grant | undefined> {
    if (!isJwt(token) || token.length > longest) return undefined;
    try {
      const { payload } = await jwtVerify<{ credential: string }>(token, ({ kid }) => this.keyOf(kid), {
        algorithms: ['HS256'],
        typ: type,
        audience,
        requiredClaims: ['sub', 'exp', 'credential'],
        currentDate: this.now(),
      });
      const expiresAt = new Date((payload.exp ?? 0) * 1_000).toISOString();
      return { accountId: payload.sub ?? '', credentialId: payload.credential, expiresAt };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private keyOf(kid: string | undefined): Uint8Array {
    const key = this.keys.get(kid ?? '');
    if (key) return key;
    throw new errors.JWKSNoMatchingKey();
  }
}

/** Whether a text has the form of a signed JWT. */
export function isJwt(text: string): boolean {
  try {
    return text.split('.').length === 3 && decodeProtectedHeader(text).alg !== undefined;
  } catch {
    return false;
  }
}
