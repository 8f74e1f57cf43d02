import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

describe('a request of the admin API', () => {
  const stored = async () => (await query(gateway.database.adminUrl, 'select count(*)::int as n from store.events'))[0];

  it.each([
    ['POST', '', { name: 'x' }],
    ['PATCH', '/{id}', { provisioning: true }],
    ['POST', '/{id}/tokens', { scope: 'admin', name: 'x' }],
    ['POST', '/{id}/tokens/regeneration', {}],
    ['POST', '/{id}/client-secrets', { name: 'x' }],
    ['PUT', '/{id}/federation', { tenantId: crypto.randomUUID(), applicationId: crypto.randomUUID(), subject: 'x' }],
    ['PUT', '/{id}/retention', { eraseInactiveAfterMonths: 12 }],
    ['POST', '/{id}/employees', { email: 'x@y.example', givenName: 'x', familyName: 'y' }],
  ])('%s /accounts%s names a field that nobody knows, and stores nothing', async (method, path, body) => {
    const before = await stored();
    const answer = await gateway.operator(method, `/accounts${path.replace('{id}', account.id)}`, {
      ...body,
      expriesAt: '2030-01-01T00:00:00Z',
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', message: expect.stringMatching(/no field “expriesAt” here: give only \w+/) },
    });
    expect(await stored()).toEqual(before);
  });

  it.each([
    '/provisioning-log?outcomes=Failure',
    '/provisioning-log/export?form=csv',
    '/tenant-migration?lists=new',
    '/retention/preview?months=24&month=12',
    '/imports/template?lang=da',
  ])('GET %s names the part of the query that nobody knows', async (path) =>
    expect(await account.admin('GET', path)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', message: expect.stringMatching(/There is no field “\w+” here: give only/) },
    }),
  );
});
