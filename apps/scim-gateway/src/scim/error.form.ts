import { correlationId } from '@bitabiz/service-kit/correlation';
import type { Answer, ErrorForm, Failure } from '@bitabiz/service-kit/problem';
import { errorBody, ScimError } from './error.js';
import { refusalOf } from './refusal.js';

export const scimPrefix = '/scim/v2';
export const scimType = 'application/scim+json; charset=utf-8';

/** Every failure under /scim/v2 as a SCIM Error (RFC 7644 section 3.12), with the rule's code and the request's id for support. */
export const scimErrors: ErrorForm = {
  prefix: scimPrefix,
  answer(failure: Failure): Answer {
    const error = toScim(failure);
    return {
      status: error.status,
      type: scimType,
      body: errorBody(error),
      headers: {
        ...(failure.retryAfter !== undefined && { 'retry-after': String(failure.retryAfter) }),
        ...(error.status === 401 && { 'www-authenticate': challengeOf(failure) }),
      },
    };
  },
};

/** How to authenticate, and that what was sent is not good; nothing of that where nothing was sent (RFC 6750 section 3.1). */
const challengeOf = ({ code }: Failure): string =>
  code === 'token.missing' ? 'Bearer realm="scim"' : 'Bearer realm="scim", error="invalid_token"';

/** The rule's code and the request's id stand at the end of the sentence, because an IT admin sees nothing else of the answer in Entra. */
function toScim(failure: Failure): ScimError {
  const { status, scimType, detail, ...about } = refusalOf(failure);
  const sentence = `${detail} (${about.code}, request ${correlationId() ?? 'unknown'})`;
  return new ScimError(status, scimType, sentence, about);
}
