import { correlationId } from '@bitabiz/service-kit/correlation';
import type { Answer, ErrorForm, Failure } from '@bitabiz/service-kit/problem';
import { maxPayloadSize } from './bulk.read.js';
import { errorBody, ScimError, type ScimType } from './error.js';

export const scimPrefix = '/scim/v2';
export const scimType = 'application/scim+json; charset=utf-8';

const types: Partial<Record<number, ScimType>> = { 400: 'invalidSyntax', 409: 'uniqueness' };

const sentences: Partial<Record<number, string>> = {
  400: 'The request cannot be read: it must be JSON in UTF-8',
  404: 'There is nothing at this address',
  413: `The request is larger than ${maxPayloadSize} bytes: send it in parts`,
  414: 'The address is too long: POST the query to .search instead',

  415: 'Send application/scim+json or application/json',
};

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
        ...(error.status === 401 && { 'www-authenticate': 'Bearer realm="scim"' }),
      },
    };
  },
};

/** The rule's code and the request's id stand at the end of the sentence, because an IT admin sees nothing else of the answer in Entra. */
function toScim({ error, status, code, message }: Failure): ScimError {
  const request = `request ${correlationId() ?? 'unknown'}`;
  if (error instanceof ScimError) {
    return new ScimError(error.status, error.scimType, `${error.detail} (${request})`);
  }
  const ours = code.includes('.') && !code.startsWith('http.');
  const kind = ours && status === 400 ? 'invalidValue' : types[status];
  const sentence = ours ? message : (sentences[status] ?? message);
  return new ScimError(status, kind, `${sentence} (${ours ? `${code}, ` : ''}${request})`);
}
