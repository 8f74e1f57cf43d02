import { describe, expect, it } from 'vitest';
import { failureOf } from './problem.js';
import { Refused, statusOf, type RefusedKind } from './refused.js';

const coded = (code: string, message = 'words') => Object.assign(new Error(message), { code });

describe('what was thrown', () => {
  it.each(Object.entries(statusOf))('as a refusal of kind %s answers %i with its own code', (kind, status) =>
    expect(failureOf(new Refused('rule.name', 'No', kind as RefusedKind))).toMatchObject({ status, code: 'rule.name' }),
  );

  it.each([
    coded('ECONNREFUSED', ''),
    coded('57P01', 'terminating connection due to administrator command'),
    coded('57P03', 'the database system is starting up'),
    coded('53300', 'sorry, too many clients already'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Client has encountered a connection error and is not queryable'),
    coded('55P03', 'canceling statement due to lock timeout'),
    coded('40P01', 'deadlock detected'),
  ])('by a database that is away, overrun or held by others is a 503 that says when to come back: $message', (error) =>
    expect(failureOf(error)).toMatchObject({ status: 503, retryAfter: 2 }),
  );

  it.each([
    coded('23505', 'duplicate key (email)=(ada@example.org)'),
    new TypeError('x is not a function'),
    'text',
    undefined,
  ])('by a fault of ours is a 500 that tells nothing: %s', (error) => {
    const { status, code, message } = failureOf(error);
    expect([status, code]).toEqual([500, 'service.fault']);
    expect(message).not.toMatch(/ada|function|text/);
  });
});
