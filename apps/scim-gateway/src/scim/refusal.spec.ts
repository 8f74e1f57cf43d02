import { failureOf } from '@bitabiz/service-kit/problem';
import { Refused } from '@bitabiz/service-kit/refused';
import { describe, expect, it } from 'vitest';
import { applyPatch } from './engine.js';
import { recommendationOf } from './recommendation.js';
import { refusalOf } from './refusal.js';

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return refusalOf(failureOf(error));
  }
  throw new Error('it was not refused');
};
const patched = (op: string, path: string, value?: unknown) =>
  refusal(() => applyPatch({ userName: 'ada' }, { Operations: [{ op, path, value }] }));

describe('a refusal (P18)', () => {
  it.each([
    ['replace', 'active', 'perhaps', 'value.boolean', { attribute: 'active', received: 'perhaps' }],
    ['replace', 'dateOfEmployment', 'soon', 'value.date', { attribute: 'dateOfEmployment', received: 'soon' }],
    ['replace', 'title', ['a', 'b'], 'value.single', { attribute: 'title', received: '["a","b"]' }],
    ['replace', 'shoeSize', '44', 'attribute.unknown', { attribute: 'shoeSize' }],
    ['replace', 'id', 'x', 'attribute.readOnly', { attribute: 'id', received: 'x' }],
    ['replace', 'title[', 'x', 'path.syntax', { attribute: 'path', received: 'title[' }],
    ['remove', 'userName', undefined, 'user.mandatory', { attribute: 'userName', received: null }],
    ['replace', 'title', undefined, 'patch.value', { attribute: 'title', expected: 'a value' }],
    ['increase', 'title', 'x', 'patch.operation', { attribute: 'op', received: 'increase' }],
  ])('of %s %s %j has the code %s', (op, path, value, code, check) => {
    expect(patched(op, path, value)).toMatchObject({ status: 400, code, checks: [check] });
  });

  it('by a rule is the same thing as one by the protocol', () => {
    const checks = [{ attribute: 'userName', expected: 'a free one', received: 'ada' }];
    const refused = new Refused('user.nameTaken', 'It is taken', 'conflict', { checks });
    expect(refusalOf(failureOf(refused))).toEqual({
      status: 409,
      scimType: 'uniqueness',
      code: 'user.nameTaken',
      detail: 'It is taken',
      checks,
    });
  });

  it('by the server has a stable code too', () => {
    const unread = Object.assign(new Error('Body is not valid JSON'), {
      statusCode: 400,
      code: 'FST_ERR_CTP_INVALID_JSON_BODY',
    });
    expect(refusalOf(failureOf(unread))).toMatchObject({ status: 400, code: 'http.400', scimType: 'invalidSyntax' });
  });
});

describe('what to do about it', () => {
  it('names a place in Entra for what the admin there can mend', () => {
    for (const code of [
      'user.mandatory',
      'value.date',
      'attribute.unknown',
      'user.unknown',
      'token.invalid',
      'some.newRule',
    ]) {
      expect(recommendationOf({ code, status: 400 })).toMatch(/Provisioning →/);
    }
  });

  it('is nothing where Entra tries again by itself', () =>
    expect(recommendationOf({ code: 'service.unavailable', status: 503 })).toMatch(/^Nothing to do/));
});
