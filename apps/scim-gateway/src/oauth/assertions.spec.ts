import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Assertions } from './assertions.js';
import { openIssuer, trusted, type Issuer } from './issuer.fixture.js';

const federation = { federationId: '018f2f6e-7b1c-7cc0-9a1c-0d1f2a3b4c63', ...trusted };
let issuer: Issuer;
beforeEach(async () => {
  issuer = await openIssuer();
});
afterEach(() => issuer.close());

const checking = (cooldownMs?: number, now = () => new Date()) => {
  const assertions = new Assertions({
    authority: issuer.authority,
    now,
    ...(cooldownMs !== undefined && { cooldownMs }),
  });
  return (assertion: string) => assertions.verify(assertion, federation);
};

describe('the keys of a tenant', () => {
  it('are asked for once, and kept', async () => {
    const verify = checking();
    for (let n = 0; n < 5; n++) await verify(await issuer.sign());
    expect(issuer.fetched()).toBe(1);
  });

  it('are asked for again when a key id is new, so that a tenant can change its keys', async () => {
    const verify = checking(0);
    await verify(await issuer.sign());
    await issuer.addKey('two');
    await verify(await issuer.sign({}, { kid: 'two' }));
    expect(issuer.fetched()).toBe(2);
  });

  it('are asked for again at a bounded rate, however many unknown key ids come', async () => {
    const verify = checking();
    await verify(await issuer.sign());
    await issuer.addKey('two');
    for (let n = 0; n < 5; n++) {
      await expect(verify(await issuer.sign({}, { kid: 'two' }))).rejects.toThrow(
        /key "two", which tenant .* does not publish/,
      );
    }
    expect(issuer.fetched()).toBe(1);
  });

  it('that cannot be had are no fault of the assertion: try again (503)', async () => {
    issuer.answerWith(500);
    await expect(checking()(await issuer.sign())).rejects.toMatchObject({ code: 'federation.keys', kind: 'busy' });
  });
});

describe('the keys of a tenant that cannot be had', () => {
  const hour = 3_600_000;
  const unavailable = { code: 'federation.keys', kind: 'busy' };
  let clock: number;
  const later = (ms: number) => void (clock += ms);
  const lasting = (signing = {}) => issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 72 * 3_600 }, signing);
  const checkingLater = () => {
    clock = Date.now();
    return checking(undefined, () => new Date(clock));
  };

  it('are the ones that were known, for a day; they are tried again every half minute', async () => {
    const verify = checkingLater();
    await verify(await lasting());
    issuer.answerWith(500);
    later(hour);
    for (let n = 0; n < 3; n++) await verify(await lasting());
    expect(issuer.fetched()).toBe(2);
    later(22 * hour);
    await verify(await lasting());
    expect(issuer.fetched()).toBe(3);
    later(hour);
    await expect(verify(await lasting())).rejects.toMatchObject(unavailable);
    issuer.answerWith(200);
    later(30_000);
    await verify(await lasting());
  });

  it('are asked for once in half a minute, however many assertions come', async () => {
    issuer.answerWith(500);
    const verify = checkingLater();
    const together = await Promise.allSettled(
      [lasting(), lasting(), lasting()].map(async (each) => verify(await each)),
    );
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(verify(await lasting())).rejects.toMatchObject(unavailable);
    expect(issuer.fetched()).toBe(1);
    later(30_000);
    await expect(verify(await lasting())).rejects.toMatchObject(unavailable);
    expect(issuer.fetched()).toBe(2);
  });

  it('may have the key that nobody knows', async () => {
    const verify = checkingLater();
    await verify(await lasting());
    await issuer.addKey('two');
    issuer.answerWith(500);
    later(30_000);
    for (let n = 0; n < 3; n++) await expect(verify(await lasting({ kid: 'two' }))).rejects.toMatchObject(unavailable);
    expect(issuer.fetched()).toBe(2);
    await verify(await lasting());
  });
});

describe('what an assertion claims', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const part = (json: string) => Buffer.from(json).toString('base64url');
  const unsigned = (header: string, claims: string) => checking()(`${part(header)}.${part(claims)}.x`);
  const issued = () => `{"iss":"${issuer.authority}/${federation.tenantId}/v2.0"}`;

  it.each([
    ['nested a little', '{"tenant":"x"}', /iss: expected .*, came an object/],
    ['nested as deep as fits', nested(7_000), /iss: expected .*, came an object/],
    ['null', 'null', /iss: expected .*, came an object/],
    ['a list', '["x",1]', /iss: expected .*, came \["x",1\]/],
  ])('is not repeated when it is no plain value, and is refused as any other: %s', async (_, iss, message) => {
    await expect(unsigned('{"alg":"RS256"}', `{"iss":${iss}}`)).rejects.toMatchObject({
      code: 'invalid_client',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['kid', `{"alg":"RS256","kid":${nested(7_000)}}`, /key an object, which tenant/],
    ['alg', `{"alg":${nested(7_000)}}`, /cannot be read/],
  ])('is not repeated of the header either: %s', async (_, header, message) => {
    await expect(unsigned(header, issued())).rejects.toMatchObject({
      code: 'invalid_client',
      message: expect.stringMatching(message),
    });
  });
});

describe('the time of an assertion (RFC 7523 section 3)', () => {
  const seconds = Math.floor(Date.now() / 1_000);
  const at = (offset: number) => () => new Date((seconds + offset) * 1_000);

  it('is taken with 30 s of skew', async () => {
    const assertion = await issuer.sign({ nbf: seconds, exp: seconds + 600 });
    await checking(undefined, at(-29))(assertion);
    await checking(undefined, at(629))(assertion);
    await expect(checking(undefined, at(-31))(assertion)).rejects.toThrow(/begins only at/);
    await expect(checking(undefined, at(631))(assertion)).rejects.toThrow(/ended at/);
  });
});
