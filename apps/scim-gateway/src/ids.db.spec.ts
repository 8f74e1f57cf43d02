import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const named = (name: string) => ({ email: `${name}@nordlys.example`, givenName: name, familyName: 'Lund' });

describe('an id in capitals (RFC 9562 section 4: read in any case)', () => {
  it('is the same account: what is changed under it can be opened again', async () => {
    for (const call of [gateway.operator, gateway.as(account.adminToken, '')]) {
      const name = call === gateway.operator ? 'operator' : 'admin';
      const answer = await call('POST', `/accounts/${account.id.toUpperCase()}/employees`, named(name));
      expect(answer.status).toBe(201);
      const { id, scimId } = answer.body;
      expect((await account.scim('GET', `/Users/${scimId.toUpperCase()}`)).body['id']).toBe(scimId);
      const found = (await gateway.feed(account.id)).find((event) => event['subject'] === `user/${id}`);
      expect(found).toMatchObject({ accountid: account.id, data: { userId: id } });
    }
    expect(await gateway.verified()).toEqual([]);
  });

  it('is the same employee: who is edited, and who is erased (P20)', async () => {
    const { id, scimId } = (await account.admin('POST', '/employees', named('ida'))).body;
    const edited = await account.admin('PATCH', `/employees/${id.toUpperCase()}`, { title: 'Head of sales' });
    expect(edited).toMatchObject({ status: 200, body: { id } });
    const erased = await account.admin('POST', `/employees/${id.toUpperCase()}/erasure`);
    expect(erased).toMatchObject({ status: 200, body: { userId: id, erased: true, keysDestroyed: 1 } });
    expect((await account.scim('GET', `/Users/${scimId}`)).status).toBe(404);
  });
});
