import { correlationId } from '@bitabiz/service-kit/correlation';
import type { Check } from '@bitabiz/service-kit/refused';

export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'invalidCount';

export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
/** This product's extension of the message. */
export const ERROR_DETAILS = 'urn:bitabiz:params:scim:api:messages:hr:2.0:Error';

/** Who stands in the way of a conflict, by SCIM id, and by which attribute; `other`: where two names belong to two. */
export type Conflict = { attribute: string; holder: string; other?: string | undefined };

/** What more is known of a refusal: the rule's stable code, what it looked at, and who stands in the way. */
export type About = { code?: string; checks?: readonly Check[]; conflict?: Conflict | undefined };

/** An answer of RFC 7644 section 3.12: `Refused` for rules of the protocol, which know their scimType. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly code: string;
  readonly checks: readonly Check[];
  readonly conflict: Conflict | undefined;

  constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
    { code = `scim.${scimType ?? status}`, checks = [], conflict }: About = {},
  ) {
    super(detail);
    this.code = code;
    this.checks = checks;
    this.conflict = conflict;
  }
}

export interface ErrorBody {
  schemas: string[];
  status: string;
  scimType?: ScimType;
  detail: string;
  [ERROR_DETAILS]?: { requestId: string; code: string; checks?: readonly Check[] } & Partial<Conflict>;
}

/**
 * The body of an error answer. `status` and `detail` are strings: Entra gives up on anything else. What a program wants to know stands in the
 * extension; "there is nothing" has none, because clients that look before they write read it with strict models (scim2-tester).
 */
export function errorBody({ status, scimType, detail, code, checks, conflict }: ScimError): ErrorBody {
  const isNothing = status === 404;
  const standard = { status: String(status), ...(scimType && { scimType }), detail };
  if (isNothing) return { schemas: [ERROR], ...standard };
  const more = { requestId: correlationId() ?? 'unknown', code, ...(checks.length > 0 && { checks }), ...conflict };
  return { schemas: [ERROR, ERROR_DETAILS], ...standard, [ERROR_DETAILS]: more };
}

/** A refusal that looked at one thing. */
export const about = (code: string, attribute: string, expected: string, received: string | null): About => ({
  code,
  checks: [{ attribute, expected, received }],
});

export const invalidValue = (detail: string, about?: About) => new ScimError(400, 'invalidValue', detail, about);
export const invalidPath = (detail: string, about?: About) => new ScimError(400, 'invalidPath', detail, about);
export const invalidFilter = (detail: string, about?: About) => new ScimError(400, 'invalidFilter', detail, about);
export const invalidSyntax = (detail: string, about?: About) => new ScimError(400, 'invalidSyntax', detail, about);
