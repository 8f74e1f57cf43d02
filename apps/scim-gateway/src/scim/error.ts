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

/** What more is known of a refusal: the rule's stable code, and what it looked at. */
export type About = { code?: string; checks?: readonly Check[] };

/** An answer of RFC 7644 section 3.12: `Refused` for rules of the protocol, which know their scimType. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly code: string;
  readonly checks: readonly Check[];

  constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
    { code = `scim.${scimType ?? status}`, checks = [] }: About = {},
  ) {
    super(detail);
    this.code = code;
    this.checks = checks;
  }
}

export interface ErrorBody {
  schemas: string[];
  status: string;
  scimType?: ScimType;
  detail: string;
}

/** The body of an error answer, and no member beside: strict clients refuse any. `status` and `detail` are strings: Entra gives up on anything else. */
export function errorBody(error: ScimError): ErrorBody {
  return {
    schemas: [ERROR],
    status: String(error.status),
    ...(error.scimType && { scimType: error.scimType }),
    detail: error.detail,
  };
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
