import { runWithCorrelation } from '@bitabiz/service-kit/correlation';
import { failureOf } from '@bitabiz/service-kit/problem';
import { Refused } from '@bitabiz/service-kit/refused';
import { describe, expect, it } from 'vitest';
import { scimErrors } from './error.form.js';
import { ERROR, ERROR_DETAILS, errorBody, ScimError } from './error.js';

describe('an error answer', () => {
  it('has a status that is a string (trap 15), and in an extension what a program wants to know', () => {
    const conflict = { attribute: 'userName', holder: 'id of the holder' };
    const checks = [{ attribute: 'userName', expected: 'a value that no other employee has', received: 'ada' }];
    const error = new ScimError(409, 'uniqueness', 'taken', { code: 'user.nameTaken', checks, conflict });
    expect(runWithCorrelation('request-1', () => errorBody(error))).toEqual({
      schemas: [ERROR, ERROR_DETAILS],
      status: '409',
      scimType: 'uniqueness',
      detail: 'taken',
      [ERROR_DETAILS]: { requestId: 'request-1', code: 'user.nameTaken', checks, ...conflict },
    });
  });

  it('has no member beside those of the RFC where there is nothing: strict clients read that one', () =>
    expect(errorBody(new ScimError(404, undefined, 'There is no such user'))).toEqual({
      schemas: [ERROR],
      status: '404',
      detail: 'There is no such user',
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
  ] as const)('for a refusal of kind %s is %i, with the code of the rule', (kind, status, scimType) => {
    const answer = scimErrors.answer(failureOf(new Refused('user.taken', 'It is taken', kind)));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      status: String(status),
      detail: expect.stringMatching(/^It is taken \(user.taken, /),
    });
    expect((answer.body as { scimType?: string }).scimType).toBe(scimType);
  });
});
