import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  activeIs,
  managerIs,
  openGateway,
  patch,
  person,
  type OpenGateway,
  type TestAccount,
} from '../gateway.fixture.js';
import { logOf, sent } from './log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const titleIs = (value: string) => patch({ op: 'Replace', path: 'title', value });
const stepsOf = ({ provisioningSteps }: { provisioningSteps: { provisioningStepType: string; status: string }[] }) =>
  provisioningSteps.map((step) => `${step.provisioningStepType} ${step.status}`);

describe('a change in the provisioning log (P18)', () => {
  it('is a Create with what was set, each step, and who it was', async () => {
    const { answer, entry } = await sent(account, 'POST', '/Users', person('ada', { title: 'Analyst' }));
    expect(entry).toMatchObject({
      provisioningAction: 'Create',
      outcome: 'Success',
      lookup: null,
      resourceType: 'User',
      employee: { id: answer.body['id'], scimId: answer.body['id'], userName: 'ada@nordlys.example' },
      externalId: answer.body['externalId'],
      provisioningErrorInfo: null,
      correlationId: answer.headers.get('x-correlation-id'),
      request: { method: 'POST', status: 201 },
      erased: false,
    });
    expect(entry.modifiedProperties).toContainEqual({ displayName: 'title', oldValue: null, newValue: 'Analyst' });
    expect(stepsOf(entry)).toEqual([
      'import success',
      'scoping success',
      'matching success',
      'processing success',
      'export success',
    ]);
    expect(Math.abs(Date.parse(entry.activityDateTime) - Date.now())).toBeLessThan(60_000);
    expect((await account.admin('GET', `/provisioning-log/${entry.id}`)).body).toEqual(entry);
  });

  it('is an Update, old and new, and Skipped when nothing differs', async () => {
    const { id } = await account.create('grace', { title: 'Rear admiral' });
    const { entry } = await sent(account, 'PATCH', `/Users/${id}`, titleIs('Admiral'));
    expect(entry).toMatchObject({
      provisioningAction: 'Update',
      outcome: 'Success',
      modifiedProperties: [{ displayName: 'title', oldValue: 'Rear admiral', newValue: 'Admiral' }],
    });
    const again = await sent(account, 'PATCH', `/Users/${id}`, titleIs('Admiral'));
    expect(again.entry).toMatchObject({ provisioningAction: 'Update', outcome: 'Skipped', modifiedProperties: [] });
    expect(again.entry.provisioningSteps).toContainEqual(
      expect.objectContaining({ status: 'skipped', description: expect.stringContaining('RedundantExport') }),
    );
  });

  it('is a Disable, an Enable, a Restore by POST, a Delete (P6, P8, P9, P10)', async () => {
    const { id } = await account.create('linus');
    const one = async (method: string, path: string, body?: unknown) =>
      (await sent(account, method, path, body)).entry.provisioningAction;
    expect(await one('PATCH', `/Users/${id}`, activeIs(false))).toBe('Disable');
    expect(await one('PATCH', `/Users/${id}`, activeIs(true))).toBe('Enable');
    expect(await one('PATCH', `/Users/${id}`, activeIs(false))).toBe('Disable');
    expect(await one('POST', '/Users', person('linus'))).toBe('Restore');
    expect(await one('DELETE', `/Users/${id}`)).toBe('Delete');
    const { entries } = await logOf(account, `employee=${id}&action=Disable,Delete`);
    expect(entries.map((entry) => entry.provisioningAction)).toEqual(['Delete', 'Disable', 'Disable']);
  });

  it('says that an imported employee was found, and what the product does not keep (P6, P7)', async () => {
    const imported = { email: 'mary@nordlys.example', givenName: 'Mary', familyName: 'Jackson' };
    await account.admin('POST', '/employees/import', { employees: [imported] });
    const { entry } = await sent(account, 'POST', '/Users', person('mary', { nickName: 'M' }));
    expect(entry.provisioningAction).toBe('Update');
    const [read, , matching] = entry.provisioningSteps;
    expect(read).toMatchObject({ status: 'warning', description: expect.stringContaining('nickName') });
    expect(matching?.description).toContain('userName');
  });

  it('names an attribute that nobody knows and that was left out (entra.md 0)', async () => {
    const left = { status: 'warning', description: expect.stringContaining('shoeSize') };
    const created = await sent(account, 'POST', '/Users', person('anon', { shoeSize: '47' }));
    expect(created.entry.provisioningSteps[0]).toMatchObject(left);
    const object = patch({ op: 'replace', value: { shoeSize: '48', title: 'Dr' } });
    const changed = await sent(account, 'PATCH', `/Users/${created.answer.body['id']}`, object);
    expect(changed.entry.provisioningSteps).toContainEqual(expect.objectContaining(left));
  });

  it('is refused before anything is done where the answer that is asked for makes no sense', async () => {
    const both = '/Users?attributes=userName&excludedAttributes=title';
    const { answer, entry } = await sent(account, 'POST', both, person('unanswered'));
    expect(answer.status).toBe(400);
    expect(entry).toMatchObject({ provisioningAction: 'Create', outcome: 'Failure', request: { status: 400 } });
    const filter = encodeURIComponent('userName eq "unanswered@nordlys.example"');
    expect((await account.scim('GET', `/Users?filter=${filter}`)).body['totalResults']).toBe(0);
  });

  it('warns of a manager who is not here yet (A4), and of a perhaps new namesake (P6)', async () => {
    const { id: manager } = await account.create('manager');
    const { id } = await account.create('report');
    const set = async (who: string) => (await sent(account, 'PATCH', `/Users/${id}`, managerIs(who))).entry;
    expect(stepsOf(await set(manager))).toContain('processing success');
    expect(stepsOf(await set(crypto.randomUUID()))).toContain('processing warning');
    await account.scim('PATCH', `/Users/${id}`, activeIs(false));
    const namesake = person('report', { userName: 'another@nordlys.example' });
    const { entry } = await sent(account, 'POST', '/Users', namesake);
    expect(entry.provisioningAction).toBe('Restore');
    expect(stepsOf(entry)).toContain('matching warning');
  });

  it('of a group has its name and members (P17)', async () => {
    const { id } = await account.create('member');
    const { answer, entry } = await sent(account, 'POST', '/Groups', {
      displayName: 'Sales',
      members: [{ value: id }],
    });
    expect(entry).toMatchObject({ provisioningAction: 'Create', resourceType: 'Group' });
    expect(entry.employee.scimId).toBe(answer.body['id']);
    expect(entry.modifiedProperties).toContainEqual({ displayName: 'displayName', oldValue: null, newValue: 'Sales' });
    expect(entry.modifiedProperties).toContainEqual({ displayName: 'members', oldValue: null, newValue: id });
  });

  it('by a bulk request is a row per operation, under the request’s id (RFC 7644 3.7)', async () => {
    const operation = (name: string) => ({ method: 'POST', path: '/Users', bulkId: name, data: person(name) });
    const { entry } = await sent(account, 'POST', '/Bulk', { Operations: [operation('bulk1'), operation('bulk2')] });
    const { entries } = await logOf(account, `text=${entry.correlationId}`);
    expect(entries.map((each) => each.employee.userName).toSorted()).toEqual([
      'bulk1@nordlys.example',
      'bulk2@nordlys.example',
    ]);
  });
});

describe('a look-up (entra.md 1.2, 1.3)', () => {
  const filter = (text: string) => `/Users?filter=${encodeURIComponent(text)}`;

  it('is hidden until it is asked for, with whom it found', async () => {
    const { id } = await account.create('hedy');
    const { entry } = await sent(account, 'GET', filter('userName eq "HEDY@nordlys.example"'));
    expect(entry).toMatchObject({ provisioningAction: 'Other', outcome: 'Success', lookup: 'matching' });
    expect(entry.employee).toMatchObject({ id, userName: 'hedy@nordlys.example' });
    expect(stepsOf(entry).at(-1)).toBe('matching success');
    expect((await logOf(account, `text=${entry.correlationId}`)).entries).toEqual([]);
  });

  it('with a random GUID is the connection test', async () => {
    const { entry } = await sent(account, 'GET', filter(`userName eq "${crypto.randomUUID()}"`));
    expect(entry).toMatchObject({ lookup: 'connectionTest', employee: { id: null } });
  });

  it('by external id can be searched by it', async () => {
    const externalId = crypto.randomUUID();
    await sent(account, 'GET', filter(`externalId eq "${externalId}"`));
    expect((await logOf(account, `lookups=true&text=${externalId}`)).entries).toHaveLength(1);
  });

  it('is the only read that is logged', async () => {
    const { id } = await account.create('reader');
    const reads = ['/Users', `/Users/${id}`, '/Schemas', '/Groups'];
    for (const path of reads) await account.scim('GET', path, undefined, { 'x-correlation-id': 'plain-read-1' });
    await sent(account, 'PATCH', `/Users/${id}`, titleIs('later than the reads'));
    expect((await logOf(account, 'lookups=true&text=plain-read')).entries).toEqual([]);
  });
});
