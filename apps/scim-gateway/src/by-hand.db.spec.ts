import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, type OpenGateway, type TestAccount } from './gateway.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const named = (name: string, over = {}) => ({
  email: `${name}@nordlys.example`,
  givenName: name,
  familyName: 'Lund',
  ...over,
});

describe('an employment date that people write (P4)', () => {
  it('is a day; what is none is refused, by hand as in an import, where the other rows go on', async () => {
    const refused = { status: 400, body: { code: 'value.date' } };
    const bad = named('ada', { employmentDate: 'soon' });
    expect(await account.admin('POST', '/employees', bad)).toMatchObject(refused);
    const { id } = (await account.admin('POST', '/employees', named('ada', { employmentDate: '2024-03-31' }))).body;
    const edit = (employmentDate: string | null) => account.admin('PATCH', `/employees/${id}`, { employmentDate });
    expect(await edit('31st of March')).toMatchObject(refused);
    expect((await edit('2024-04-01')).body['events']).toEqual(['UserProfileChanged']);
    expect((await edit(null)).body['events']).toEqual(['UserProfileChanged']);
    const employees = [named('grace', { employmentDate: '2024-02-30' }), named('linus')];
    const { rows } = (await account.admin('POST', '/employees/import', { employees })).body;
    expect(rows).toMatchObject([{ refused: { code: 'value.date' } }, { events: ['UserCreated'] }]);
  });

  it('takes 500 employees at once, however long, and reads no stranger’s list', async () => {
    const department = 'Department of everything that has a long name '.repeat(10);
    const employees = Array.from({ length: 500 }, (_, n) => named(`many${n}`, { department }));
    const { status, body } = await account.admin('POST', '/employees/import', { employees });
    expect([status, body['rows'].length]).toEqual([200, 500]);
    expect(body['rows'].filter((row: { refused?: object }) => row.refused)).toEqual([]);
    const path = `/accounts/${account.id}/employees/import`;
    expect(await gateway.as(`${account.adminToken}x`, '')('POST', path, { employees })).toMatchObject({ status: 401 });
    const long = employees.map((each) => ({ ...each, title: department.repeat(10) }));
    expect(await account.admin('POST', '/employees/import', { employees: long })).toMatchObject({
      status: 413,
      body: { code: 'import.tooLarge', message: expect.stringContaining('fewer employees at once') },
    });
  });
});
