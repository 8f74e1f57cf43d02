import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount, withoutLimits } from '../gateway.fixture.js';
import { askForToken } from '../oauth/oauth.fixture.js';
import { endlessPieces } from './hostile-values.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway({ ...withoutLimits, FAILED_AUTHENTICATIONS_PER_MINUTE: '1000' });
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

  // A form has 32 kB at most.
  it.each(['', 'client_id=', 'client_assertion='])(
    'as a form of the token endpoint after “%s” is answered',
    async (name) => {
      const { status } = await askForToken(gateway, account.id, name + piece.repeat(30_000 / piece.length));
      expect([400, 401]).toContain(status);
    },
  );
});

it.each(['=&', 'x=&'])('thousands of parameters “%s” at the token endpoint are no request', async (parameter) => {
  const { status, body } = await askForToken(gateway, account.id, parameter.repeat(30_000 / parameter.length));
  expect([status, body['error']]).toEqual([400, 'invalid_request']);
});
