/** What kind of "no" it is; a protocol turns it into its own status in one place. */
export type RefusedKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'unknown'
  | 'conflict'
  | 'precondition'
  | 'tooLarge'
  | 'mediaType'
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
  mediaType: 415,
  tooMany: 429,
  busy: 503,
};

/** What a rule looked at when it said no: the attribute, what it has to be, and what came (null: nothing). */
export type Check = { attribute: string; expected: string; received: string | null };

/** More about a refusal. `checks` go into the answer and into logs that people read, so they hold no secret. */
export type RefusalDetails = Record<string, unknown> & { checks?: readonly Check[] };

/** The only way in which a rule says no. `code` is stable and unique, so that a search for it finds the rule; `message` says what to do. */
export class Refused extends Error {
  override name = 'Refused';

  constructor(
    readonly code: string,
    message: string,
    readonly kind: RefusedKind = 'invalid',
    readonly details: RefusalDetails = {},
  ) {
    super(message);
  }
}
