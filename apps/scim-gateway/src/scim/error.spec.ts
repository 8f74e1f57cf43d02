import { describe, expect, it } from 'vitest';
import { ERROR, errorBody, fromRefused, PRODUCT_ERROR, ScimError } from './error.js';

describe('an error answer', () => {
  it('has a status that is a string (trap 15)', () =>
    expect(errorBody(new ScimError(409, 'uniqueness', 'taken'))).toEqual({
      schemas: [ERROR],
      status: '409',
      scimType: 'uniqueness',
      detail: 'taken',
    }));

  it('has no scimType where the RFC knows none', () =>
    expect(errorBody(new ScimError(404, undefined, 'There is no such user'))).not.toHaveProperty('scimType'));

  it.each([
    ['invalid', 400, 'invalidValue'],
    ['unauthenticated', 401, undefined],
    ['forbidden', 403, undefined],
    ['unknown', 404, undefined],
    ['conflict', 409, 'uniqueness'],
    ['precondition', 412, undefined],
    ['tooLarge', 413, undefined],
    ['tooMany', 429, undefined],
    ['busy', 503, undefined],
  ] as const)('for a refusal of kind %s is %i', (kind, status, scimType) =>
    expect(fromRefused({ code: 'user.taken', message: 'It is taken', kind })).toMatchObject({
      status,
      scimType,
      detail: 'It is taken',
      ext: { code: 'user.taken' },
    }),
  );

  it('carries the code of the rule under the product’s URN', () =>
    expect(errorBody(fromRefused({ code: 'a.b', message: 'm', kind: 'conflict' }))[PRODUCT_ERROR]).toEqual({
      code: 'a.b',
    }));
});
