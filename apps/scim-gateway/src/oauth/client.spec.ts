import { describe, expect, it } from 'vitest';
import { readTokenRequest } from './client.js';

const asked = { grant_type: 'client_credentials', client_id: 'me', client_secret: 'x' };
const formWith = (count: number, nameOf: (n: number) => string) =>
  new URLSearchParams([
    ...Object.entries(asked),
    ...Array.from({ length: count }, (_, n): [string, string] => [nameOf(n), '']),
  ]);
const read = (form: URLSearchParams) => () => readTokenRequest(form, undefined);
const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(message) });

describe('a request for an access token (RFC 6749 section 3.2)', () => {
  it('may have parameters that nobody knows', () =>
    expect(read(formWith(17, (n) => `unknown-${n}`))()).toMatchObject({ kind: 'secret', secret: 'x' }));

  it('has twenty at most, so that a stranger’s form of thousands costs nothing', () => {
    for (const count of [18, 9_000]) expect(read(formWith(count, (n) => `n${n}`))).toThrow(invalid(/20 parameters/));
  });

  it('has each once, also the empty one', () => {
    expect(read(formWith(2, () => 'scope'))).toThrow(invalid(/more than once/));
    expect(read(new URLSearchParams('client_id=&client_id=me'))).toThrow(invalid(/more than once/));
  });
});
