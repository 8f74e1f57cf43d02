import type { Answer, ErrorForm, Failure } from '@bitabiz/service-kit/problem';
import { correlationId } from '@bitabiz/service-kit/correlation';

export const oauthPrefix = '/oauth';

export type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'
  | 'server_error';

export type OAuthDetails = {
  /** The client used the Authorization header, and a 401 has to say so. */
  basic?: boolean;
  /** Why, as a stable code. */
  reason?: string;
  /** Which secret or federation was tried: only who holds it writes of its last use. */
  credentialId?: string | undefined;
  /** The sentence for a log, where the message repeats what the client sent. */
  logged?: string | undefined;
};

/** An answer of RFC 6749 section 5.2. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly basic: boolean;
  readonly reason: string;
  readonly credentialId: string | undefined;
  readonly logged: string;

  constructor(
    readonly code: OAuthCode,
    message: string,
    { basic = false, reason = 'client.request', credentialId, logged = message }: OAuthDetails = {},
  ) {
    super(message);
    this.basic = basic;
    this.reason = reason;
    this.credentialId = credentialId;
    this.logged = logged;
  }
}

/** Every failure under /oauth as RFC 6749 section 5.2 wants it, with the reason's code and the request's id for support. */
export const oauthErrors: ErrorForm = {
  prefix: oauthPrefix,
  answer(failure: Failure): Answer {
    const { error, retryAfter } = failure;
    const code = error instanceof OAuthError ? error.code : codeOf(failure.status);
    const status = error instanceof OAuthError ? (code === 'invalid_client' ? 401 : 400) : failure.status;
    const sentence = error instanceof OAuthError ? error.message : failure.message;
    const reason = error instanceof OAuthError ? `${error.reason}, ` : '';
    const challenge = error instanceof OAuthError && error.basic && status === 401;
    return {
      status,
      body: {
        error: code,
        error_description: printable(`${sentence} (${reason}request ${correlationId() ?? 'unknown'})`),
      },
      headers: {
        pragma: 'no-cache',
        ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
        ...(challenge && { 'www-authenticate': 'Basic realm="oauth"' }),
      },
    };
  },
};

/** What has no code in the RFC's table has its own status beside the nearest code. */
function codeOf(status: number): OAuthCode {
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}

/** Only ASCII without quotes and backslashes may stand in a description. */
const printable = (text: string) => text.replaceAll(/[“”"’\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
