import type { Failure } from '@bitabiz/service-kit/problem';
import type { Check } from '@bitabiz/service-kit/refused';
import { maxPayloadSize } from './bulk.read.js';
import { ScimError, type Conflict, type ScimType } from './error.js';

/** A request that was not carried out: what the answer, the provisioning log and the recommendation all say. */
export type Refusal = {
  status: number;
  scimType: ScimType | undefined;
  /** Stable; a search for it in the source finds the rule. */
  code: string;
  /** A sentence that says what to do. */
  detail: string;
  checks: readonly Check[];
  conflict?: Conflict | undefined;
};

const types: Partial<Record<number, ScimType>> = { 400: 'invalidSyntax', 409: 'uniqueness' };

const sentences: Partial<Record<number, string>> = {
  400: 'The request cannot be read: it must be JSON in UTF-8',
  404: 'There is nothing at this address',
  413: `The request is larger than ${maxPayloadSize} bytes: send it in parts`,
  414: 'The address is too long: POST the query to .search instead',
  415: 'Send application/scim+json or application/json',
};

/** Every failure as one thing: a rule's `Refused`, the protocol's `ScimError`, or what the server itself could not take. */
export function refusalOf({ error, status, code, message, details }: Failure): Refusal {
  if (error instanceof ScimError) {
    const { scimType, detail, checks, conflict } = error;
    return { status: error.status, scimType, code: error.code, detail, checks, conflict };
  }
  const ours = code.includes('.') && !code.startsWith('http.');
  return {
    status,
    scimType: ours && status === 400 ? 'invalidValue' : types[status],
    code: ours ? code : `http.${status}`,
    detail: ours ? message : (sentences[status] ?? message),
    checks: details.checks ?? [],
    conflict: details['conflict'] as Conflict | undefined,
  };
}
