import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount, withoutLimits } from '../gateway.fixture.js';
import { endlessPieces } from './hostile-values.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway(withoutLimits);
  account = await gateway.newAccount('Endless');
});
afterAll(() => gateway.close());

const parameters = ['filter', 'attributes', 'excludedAttributes', 'sortBy', 'cursor'];

/** What tries each beginning anew takes minutes for so long a text, and the test is over its time. */
describe.each(endlessPieces)('%s again and again', (piece) => {
  it.each(parameters)('as %s of a search is answered', async (name) => {
    const { status } = await account.scim('POST', '/Users/.search', { [name]: piece.repeat(300_000 / piece.length) });
    expect([200, 400]).toContain(status);
  });

  it('as a path of PATCH is answered', async () => {
    const { id } = (await account.create(crypto.randomUUID())) as { id: string };
    const operations = [{ op: 'replace', path: piece.repeat(300_000 / piece.length), value: 'x' }];
    const { status } = await account.scim('PATCH', `/Users/${id}`, { Operations: operations });
    expect([200, 400]).toContain(status);
  });
});
