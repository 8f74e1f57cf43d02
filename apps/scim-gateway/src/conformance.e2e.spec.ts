import { testConformance } from '@bitabiz/testing/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway } from './gateway.fixture.js';

let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway()));
afterAll(() => gateway.close());

describe('python-scim’s scim2-tester', () => {
  it('finds nothing that is not as RFC 7643 and RFC 7644 say', async (context) => {
    const { token } = await gateway.newAccount();
    const url = `http://127.0.0.1:${gateway.env.PORT}/scim/v2`;
    const found = await testConformance({ url, token });
    if (typeof found === 'string') {
      if (process.env['REQUIRE_CONFORMANCE'] === '1') throw new Error(`REQUIRE_CONFORMANCE=1, and: ${found}`);
      process.stdout.write(`SKIPPED: SCIM conformance is not tested, because ${found.replaceAll('\n', ' ')}\n`);
      return context.skip();
    }
    expect(found.failures).toEqual([]);
    expect(found.passed).toBeGreaterThan(90);
    expect(await gateway.verified()).toEqual([]);
  });
});
