/** What kind of "no" it is; a protocol turns it into its own status in one place. */
export type RefusedKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'unknown'
  | 'conflict'
  | 'precondition'
  | 'tooLarge'
  | 'tooMany'
  | 'busy';

/** The HTTP status of each kind. */
export const statusOf: Readonly<Record<RefusedKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  unknown: 404,
  conflict: 409,
  precondition: 412,
  tooLarge: 413,
  tooMany: 429,
  busy: 503,
};

/** The only way in which a rule says no. `code` is stable and unique, so that a search for it finds the rule; `message` says what to do. */
export class Refused extends Error {
  override name = 'Refused';

  constructor(
    readonly code: string,
    message: string,
    readonly kind: RefusedKind = 'invalid',
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}
