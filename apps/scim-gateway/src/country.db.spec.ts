import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount } from './gateway.fixture.js';
import { sent } from './provisioning-log/log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const path = 'addresses[type eq "work"].country';
const danish = { addresses: [{ type: 'work', country: 'Denmark' }] };
const countryOf = async (id: string) => (await account.scim('GET', `/Users/${id}`)).body['addresses'];
const onlyOnUpdate = () => account.admin('PATCH', '', { countryOnCreate: false });

describe('the country (P3)', () => {
  it('is kept on a create, because Entra does not send it again', async () => {
    const { id } = await account.create('ada', danish);
    expect(await countryOf(id)).toEqual(danish.addresses);
  });

  it('is kept only on an update where the account says so, and the log says it', async () => {
    expect((await onlyOnUpdate()).body).toMatchObject({ countryOnCreate: false });
    const { answer, entry } = await sent(account, 'POST', '/Users', person('ada', danish));
    expect([answer.status, answer.body['addresses']]).toEqual([201, undefined]);
    expect(JSON.stringify(entry.provisioningSteps)).toContain('country (ignored on create)');
    const { id } = answer.body;
    await account.scim('PATCH', `/Users/${id}`, patch({ op: 'Add', path, value: 'Denmark' }));
    expect(await countryOf(id)).toEqual(danish.addresses);
  });

  it('is not managed by Entra as long as none was kept (P22)', async () => {
    await onlyOnUpdate();
    const { id } = await account.create('ada', danish);
    expect((await account.admin('PATCH', `/employees/${id}`, { country: 'Norway' })).status).toBe(200);
  });

  it('of somebody who is adopted is an update', async () => {
    await onlyOnUpdate();
    const made = { email: 'ada@nordlys.example', givenName: 'Ada', familyName: 'Lovelace' };
    await account.admin('POST', '/employees', made);
    const { id } = await account.create('ada', danish);
    expect(await countryOf(id)).toEqual(danish.addresses);
  });

  it('is kept on a create again when the setting is taken back', async () => {
    await onlyOnUpdate();
    await account.admin('PATCH', '', { countryOnCreate: true });
    const { id } = await account.create('ada', danish);
    expect(await countryOf(id)).toEqual(danish.addresses);
    const types = (await gateway.feed(account.id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'CountryOnCreateSwitched')).toHaveLength(2);
    expect(await gateway.verified()).toEqual([]);
  });
});
