import { sqlFile } from '@bitabiz/service-kit/migrations';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activeIs, openGateway, person, query, type OpenGateway, type TestAccount } from './gateway.fixture.js';
import { sent } from './provisioning-log/log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => void (gateway = await openGateway()));
beforeEach(async () => void (account = await gateway.newAccount()));
afterAll(() => gateway.close());

const deactivation = (method: 'GET' | 'POST', id: string) => account.admin(method, `/employees/${id}/deactivation`);
const codesOf = ({ body }: { body: Record<string, any> }) => body['warnings'].map(({ code }: any) => code);
const byHand = async (name: string) =>
  (
    await account.admin('POST', '/employees', {
      email: `${name}@nordlys.example`,
      givenName: name,
      familyName: 'Lund',
    })
  ).body;

describe('a deactivation by hand (P11)', () => {
  it('is shown before it is done: Entra would make the person anew, so remove the person from the app first', async () => {
    const { id } = await account.create('ada');
    const preview = await deactivation('GET', id);
    expect(preview).toMatchObject({ status: 200, body: { id, status: 'released', events: ['UserDeleted'] } });
    expect(codesOf(preview)).toEqual(['user.stillProvisioned']);
    expect(preview.body['warnings'][0].message).toMatch(/remove the person from the app in Entra first/);
    expect((await account.scim('GET', `/Users/${id}`)).body['active']).toBe(true);
    expect(codesOf(await deactivation('POST', id))).toEqual(['user.stillProvisioned']);
    expect((await account.scim('GET', `/Users/${id}`)).status).toBe(404);
    expect(await deactivation('POST', id)).toMatchObject({ status: 200, body: { events: [], warnings: [] } });
  });

  it('says of somebody whom Entra made inactive that the person may still be assigned', async () => {
    const { id } = await account.create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    expect(codesOf(await deactivation('GET', id))).toEqual(['user.perhapsAssigned']);
  });

  it('warns of nothing where Entra has no part: not an AD user, or provisioning is off', async () => {
    const hand = await byHand('hand');
    expect(codesOf(await deactivation('GET', hand['id']))).toEqual([]);
    const { id } = await account.create('ada');
    expect((await account.admin('PATCH', '', { provisioning: false })).status).toBe(200);
    expect(codesOf(await deactivation('GET', id))).toEqual([]);
  });

  it('of nobody is a 404, looked at or done', async () => {
    for (const method of ['GET', 'POST'] as const) {
      expect(await deactivation(method, account.id)).toMatchObject({ status: 404, body: { code: 'user.unknown' } });
    }
  });
});

describe('a person who is provisioned again after a deactivation by hand (P11)', () => {
  const mark = async (body: object) => {
    const { answer, entry } = await sent(account, 'POST', '/Users', body);
    expect(answer.status).toBe(201);
    return { id: answer.body['id'], entry: entry as Record<string, any> };
  };
  const warned = ({ entry }: { entry: Record<string, any> }) =>
    entry['provisioningSteps'].find(({ provisioningStepType }: any) => provisioningStepType === 'matching');

  it('is a second employee, and the provisioning log says so, by username and by email', async () => {
    for (const name of ['ada', 'grace']) {
      const { id } = await account.create(name);
      await deactivation('POST', id);
      const over = name === 'grace' ? { userName: 'another@nordlys.example' } : {};
      const again = await mark({ ...person(name), ...over });
      expect(again.id).not.toBe(id);
      expect(again.entry['madeAnew']).toEqual({ id });
      expect(warned(again)).toMatchObject({ status: 'warning', description: expect.stringContaining('(P11)') });
    }
    expect(await gateway.verified()).toEqual([]);
  });

  it('is how a namesake is split from the card that was reactivated for the address (P6)', async () => {
    const { id } = await account.create('ada');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const namesake = person('ada', { userName: 'ada.new@nordlys.example' });
    const { answer, entry } = await sent(account, 'POST', '/Users', namesake);
    expect(answer.body['id']).toBe(id);
    expect(warned({ entry })).toMatchObject({
      description: expect.stringContaining('deactivate this employee by hand'),
    });
    await deactivation('POST', id);
    expect((await mark(namesake)).id).not.toBe(id);
  });

  it('is nothing remarkable after Entra’s own delete (P10), nor when the card was activated and left again by Entra', async () => {
    const ada = await account.create('ada');
    await account.scim('DELETE', `/Users/${ada['id']}`);
    expect((await mark(person('ada'))).entry['madeAnew']).toBeUndefined();
    const { id } = await account.create('grace');
    await deactivation('POST', id);
    const { scimId } = (await account.admin('POST', `/employees/${id}/activation`)).body;
    await account.scim('DELETE', `/Users/${scimId}`);
    expect((await mark(person('grace'))).entry['madeAnew']).toBeUndefined();
    expect(await gateway.verified()).toEqual([]);
  });

  it('is not remembered of an erased one (P20), and is compared with the events', async () => {
    const [ada, grace] = [await account.create('ada'), await account.create('grace')];
    for (const { id } of [ada, grace] as { id: string }[]) await deactivation('POST', id);
    await account.admin('POST', `/employees/${ada['id']}/erasure`);
    const left = () =>
      query(gateway.database.adminUrl, `select key from own.left_by_hand where account_id = '${account.id}'`);
    expect(await left()).toEqual([{ key: 'grace@nordlys.example' }]);
    await query(gateway.database.adminUrl, `delete from own.left_by_hand where account_id = '${account.id}'`);
    expect(await gateway.verified()).toMatchObject([{ what: 'names left by hand' }]);
  });

  it('is known too of those who left before it was noted, by a Setup admin or the operator, not by Entra', async () => {
    const [ada, grace, linus] = [
      await account.create('ada'),
      await account.create('grace'),
      await account.create('linus'),
    ];
    await deactivation('POST', ada['id']);
    await gateway.operator('POST', `/accounts/${account.id}/employees/${grace['id']}/deactivation`);
    await account.scim('DELETE', `/Users/${linus['id']}`);
    const left = (text: string) =>
      query(gateway.database.adminUrl, `${text} from own.left_by_hand where account_id = '${account.id}'`);
    const names = [{ key: 'ada@nordlys.example' }, { key: 'grace@nordlys.example' }];
    expect((await left('select key')).toSorted((a, b) => (a['key'] < b['key'] ? -1 : 1))).toEqual(names);
    await left('delete');
    await query(gateway.database.adminUrl, sqlFile(import.meta.url, './user/left-by-hand.fill.sql'));
    expect((await left('select key')).toSorted((a, b) => (a['key'] < b['key'] ? -1 : 1))).toEqual(names);
  });
});
