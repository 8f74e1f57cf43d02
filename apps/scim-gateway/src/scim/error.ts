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
  | 'sensitive';

export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const PRODUCT_ERROR = 'urn:bitabiz:params:scim:api:messages:2.0:Error';

/** An answer of RFC 7644 section 3.12. `ext` goes out under the product's own URN beside the standard members. */
export class ScimError extends Error {
  override readonly name = 'ScimError';

  constructor(
    readonly status: number,
    readonly scimType: ScimType | undefined,
    readonly detail: string,
    readonly ext?: Readonly<Record<string, unknown>>,
  ) {
    super(detail);
  }
}

export interface ErrorBody {
  schemas: string[];
  status: string;
  scimType?: ScimType;
  detail: string;
  [PRODUCT_ERROR]?: Readonly<Record<string, unknown>>;
}

/** The body of an error answer. `status` and `detail` are strings: Entra gives up on anything else. */
export function errorBody(error: ScimError): ErrorBody {
  return {
    schemas: error.ext ? [ERROR, PRODUCT_ERROR] : [ERROR],
    status: String(error.status),
    ...(error.scimType && { scimType: error.scimType }),
    detail: error.detail,
    ...(error.ext && { [PRODUCT_ERROR]: error.ext }),
  };
}

/** What a rule refused, as service-kit's Refused carries it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly kind: keyof typeof kinds;
}

const kinds = {
  invalid: [400, 'invalidValue'],
  unauthenticated: [401, undefined],
  forbidden: [403, undefined],
  unknown: [404, undefined],
  conflict: [409, 'uniqueness'],
  tooLarge: [413, undefined],
  tooMany: [429, undefined],
  busy: [503, undefined],
} as const;

/** The SCIM answer to a refused command. The stable code travels along, so that support can find the rule. */
export function fromRefused(refused: Refusal): ScimError {
  const [status, scimType] = kinds[refused.kind];
  return new ScimError(status, scimType, refused.message, { code: refused.code });
}

export const invalidValue = (detail: string) => new ScimError(400, 'invalidValue', detail);
export const invalidPath = (detail: string) => new ScimError(400, 'invalidPath', detail);
export const invalidFilter = (detail: string) => new ScimError(400, 'invalidFilter', detail);
export const invalidSyntax = (detail: string) => new ScimError(400, 'invalidSyntax', detail);
