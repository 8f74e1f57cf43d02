import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patch, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { sent } from '../provisioning-log/log.fixture.js';
import { PRODUCT } from '../scim/attributes.js';
import { add, entraOn, replace } from './entra.fixture.js';

/** Already the twenty-fifth in Copenhagen, still the twenty-fourth in New York. */
const now = () => new Date('2026-11-24T23:30:00Z');
let gateway: OpenGateway;
beforeAll(async () => void (gateway = await openGateway({}, now)));
afterAll(() => gateway.close());

const userEventsOf = async ({ id }: TestAccount) =>
  (await gateway.feed(id)).filter(({ type }) => /^(User|External)/.test(type));

describe('what is master data, and what is not (entra.md 0)', () => {
  it('externalId is never master data: a new one changes nothing else, and is told as an id to match on', async () => {
    const account = await gateway.newAccount();
    const entra = entraOn(account);
    const { id } = await entra.create('ada', { externalId: 'x-1', payrollNumber: '7' });
    const before = await entra.read(id);
    const { entry } = await sent(account, 'PATCH', `/Users/${id}`, patch(replace('externalId', 'x-2')));
    expect(entry.modifiedProperties).toEqual([{ displayName: 'externalId', oldValue: 'x-1', newValue: 'x-2' }]);
    expect(await entra.read(id)).toEqual({ ...before, externalId: 'x-2', meta: expect.anything() });
    expect(await entra.idsBy('externalId eq "x-2"')).toEqual([id]);
    const [created, changed, ...others] = await userEventsOf(account);
    expect(created?.['data'].profile).toEqual({ givenName: 'ada', familyName: 'Lovelace', payrollNumber: '7' });
    expect([changed?.['type'], others]).toEqual(['ExternalIdChanged', []]);
    expect((await account.admin('PATCH', `/employees/${id}`, { externalId: 'x-3' })).status).toBe(400);
  });

  it('a date of employment is echoed as written, with its offset, and is a moment to filters', async () => {
    const account = await gateway.newAccount();
    const entra = entraOn(account);
    const value = '2026-11-25T00:00:00+02:00';
    const { id } = await entra.create('ada');
    const read = await entra.change(id, add('dateOfEmployment', value));
    expect(read).toMatchObject({ dateOfEmployment: value, [PRODUCT]: { dateOfEmployment: value } });
    for (const same of [value, '2026-11-24T22:00:00Z', '2026-11-24T23:00:00+01:00']) {
      expect(await entra.idsBy(`dateOfEmployment eq "${same}"`), same).toEqual([id]);
    }
  });

  it.each([
    ['Europe/Copenhagen', '2026-11-25'],
    ['America/New_York', '2026-11-24'],
  ])('the termination date is the day in the time zone of the account (P8, P10): %s', async (timeZone, day) => {
    const account = await gateway.newAccount();
    await account.admin('PATCH', '', { timeZone });
    const entra = entraOn(account);
    const [{ id }, { id: other }] = [await entra.create('ada'), await entra.create('grace')];
    await entra.change(id, replace('active', 'False'));
    await entra.ask('DELETE', `/Users/${other}`);
    expect((await userEventsOf(account)).slice(-2)).toMatchObject([
      { type: 'UserSuspended', data: { terminatedOn: day } },
      { type: 'UserDeleted', data: { terminatedOn: day } },
    ]);
  });
});
