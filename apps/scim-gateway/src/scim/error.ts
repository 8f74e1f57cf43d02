import { statusOf, type Refused, type RefusedKind } from '@bitabiz/service-kit/refused';

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

const scimTypes: Partial<Record<RefusedKind, ScimType>> = { invalid: 'invalidValue', conflict: 'uniqueness' };

/** The SCIM answer to a refused command. The stable code travels along, so that support can find the rule. */
export function fromRefused({ kind, message, code }: Pick<Refused, 'kind' | 'message' | 'code'>): ScimError {
  return new ScimError(statusOf[kind], scimTypes[kind], message, { code });
}

export const invalidValue = (detail: string) => new ScimError(400, 'invalidValue', detail);
export const invalidPath = (detail: string) => new ScimError(400, 'invalidPath', detail);
export const invalidFilter = (detail: string) => new ScimError(400, 'invalidFilter', detail);
export const invalidSyntax = (detail: string) => new ScimError(400, 'invalidSyntax', detail);
