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

  it.each([
    ['GET', `/imports/${crypto.randomUUID()}/rows?after=`],
    ['GET', `/imports/${crypto.randomUUID()}/rows?limit=`],
    ['GET', '/provisioning-log?limit='],
    ['GET', '/provisioning-log?status='],
    ['GET', '/tenant-migration?limit='],
    ['GET', '/retention/preview?months='],
    ['GET', '/retention/preview?limit='],
    ['PUT', '/retention', 'eraseInactiveAfterMonths'],
    ['POST', '/tokens/regeneration', 'graceHours'],
  ])('%s %s refuses a number that is out of bounds', async (method, path, field?: string) => {
    for (const number of ['3000000000', '9007199254740991', '1e300']) {
      const address = `/accounts/${account.id}${path}`;
      const answer = field
        ? await gateway.operator(method, address, { [field]: Number(number) })
        : await gateway.operator(method, `${address}${number}`);
      expect([number, answer.status, answer.body['code']]).toEqual([number, 400, 'request.invalid']);
    }
  });

  it('may have a cursor of the feed that is longer than any', async () => {
    const { cursor } = (await gateway.operator('GET', '/feed/heads')).body;
    const { status, body } = await gateway.operator('GET', `/feed/heads?cursor=${cursor}${'9'.repeat(30)}`);
    expect([status, body['complete']]).toEqual([200, true]);
  });
});
