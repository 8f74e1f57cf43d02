import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway, patch, person, query, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { logOf, sent } from '../provisioning-log/log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const mail = (name: string) => ({ emails: [{ primary: true, type: 'work', value: `${name}@nordlys.example` }] });
const erase = async (id: string) =>
  expect((await account.admin('POST', `/employees/${id}/erasure`)).body).toMatchObject({ erased: true });
const inClear = async () =>
  JSON.stringify(
    await query(
      gateway.database.adminUrl,
      `select user_name_key, external_id from own.provisioning_log where account_id = '${account.id}'`,
    ),
  );

describe('rows of the provisioning log about somebody else, after an erasure (P20)', () => {
  it('say nothing in clear of what was to become the name of the erased', async () => {
    const { id: bob } = await account.create('bob');
    await account.create('ada');
    const refused = person('quixotte', mail('ada'));
    expect((await sent(account, 'POST', '/Users', refused)).answer.status).toBe(409);
    const { id } = await account.create('quixotte', { externalId: 'ext-quixotte' });
    const taken = person('quixotte', { externalId: 'ext-quixotte', ...mail('bob') });
    expect((await sent(account, 'PUT', `/Users/${bob}`, taken)).answer.status).toBe(409);
    expect(await inClear()).toContain('quixotte');
    await erase(id);
    expect(await inClear()).not.toContain('quixotte');
  });

  it('lose what they say where the erased stood in the way', async () => {
    const { id: bob } = await account.create('bob');
    const { id } = await account.create('quixotte');
    const rename = patch({ op: 'Replace', path: 'userName', value: 'quixotte@nordlys.example' });
    const { answer, entry } = await sent(account, 'PATCH', `/Users/${bob}`, rename);
    expect([answer.status, entry.provisioningErrorInfo?.reason]).toEqual([409, expect.stringContaining('quixotte')]);
    const both = await sent(account, 'POST', '/Users', person('bob', mail('quixotte')));
    expect(both.entry.provisioningErrorInfo?.errorCode).toBe('user.twoHolders');
    await erase(id);
    const { entries } = await logOf(account, 'lookups=true');
    expect(JSON.stringify(entries)).not.toContain('quixotte');
    expect(entries.find((each) => each.id === entry.id)).toMatchObject({ erased: true, employee: { id: bob } });
  });

  it('stay where they are about another who was refused in the name of the erased', async () => {
    const { id } = await account.create('ada');
    expect((await sent(account, 'POST', '/Users', person('carla', mail('ada')))).answer.status).toBe(409);
    const incomplete = await sent(account, 'POST', '/Users', person('carla', { name: {} }));
    await erase(id);
    const { entries } = await logOf(account);
    expect(entries.find((each) => each.id === incomplete.entry.id)).toMatchObject({
      erased: false,
      employee: { userName: 'carla@nordlys.example' },
    });
  });
});
