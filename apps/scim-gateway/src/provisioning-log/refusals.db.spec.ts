import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patch, person, type OpenGateway, type TestAccount } from '../gateway.fixture.js';
import { entryWith, logOf, sent } from './log.fixture.js';

let gateway: OpenGateway;
let account: TestAccount;
beforeAll(async () => {
  gateway = await openGateway();
  account = await gateway.newAccount();
});
afterAll(() => gateway.close());

const stopOf = ({ provisioningSteps }: { provisioningSteps: { provisioningStepType: string; status: string }[] }) =>
  provisioningSteps.find((step) => step.status === 'failure')?.provisioningStepType;

describe('a refusal in the provisioning log (P18)', () => {
  it('by validation names the attribute, what it should be, what came, and the way out in Entra (P4)', async () => {
    const { id } = await account.create('ada');
    const { answer, entry } = await sent(
      account,
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'Replace', path: 'dateOfEmployment', value: 'soon' }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toContain('(value.date, request');
    expect(entry).toMatchObject({
      provisioningAction: 'Update',
      outcome: 'Failure',
      employee: { id, userName: 'ada@nordlys.example' },
      provisioningErrorInfo: {
        errorCode: 'value.date',
        checks: [{ attribute: 'dateOfEmployment', expected: expect.stringContaining('date'), received: 'soon' }],
        recommendedAction: expect.stringContaining('Provision on demand'),
      },
    });
    expect(answer.body['detail']).toContain(entry.provisioningErrorInfo?.reason);
    expect(stopOf(entry)).toBe('import');
  });

  it('of somebody new has the user name and the id that Entra sent', async () => {
    const body = person('incomplete', { name: {} });
    const { entry } = await sent(account, 'POST', '/Users', body);
    expect(entry).toMatchObject({
      provisioningAction: 'Create',
      employee: { id: null, userName: 'incomplete@nordlys.example' },
      externalId: body.externalId,
      provisioningErrorInfo: {
        errorCode: 'user.mandatory',
        checks: [{ attribute: 'name.givenName' }, { attribute: 'name.familyName', received: null }],
      },
    });
  });

  it('by a taken name is about the employee who has it (P6)', async () => {
    const { id } = await account.create('grace');
    const { answer, entry } = await sent(account, 'POST', '/Users', person('grace'));
    expect(answer.status).toBe(409);
    expect(entry.employee.id).toBe(id);
    expect(entry.provisioningErrorInfo).toMatchObject({
      errorCode: 'user.nameTaken',
      checks: [{ attribute: 'userName', received: 'grace@nordlys.example' }],
    });
    expect(stopOf(entry)).toBe('matching');
  });

  it('by a version that has moved on, and of an id that nobody has', async () => {
    const { id } = await account.create('linus');
    const change = patch({ op: 'Replace', path: 'title', value: 'x' });
    const stale = await sent(account, 'PATCH', `/Users/${id}`, change, { 'if-match': 'W/"77"' });
    expect(stale.entry.provisioningErrorInfo).toMatchObject({
      errorCode: 'version.changed',
      checks: [{ attribute: 'meta.version', expected: 'W/"77"', received: 'W/"1"' }],
    });
    const gone = await sent(account, 'DELETE', `/Users/${crypto.randomUUID()}`);
    expect(gone.entry).toMatchObject({ provisioningAction: 'Delete', outcome: 'Failure', employee: { id: null } });
    expect(gone.entry.provisioningErrorInfo?.recommendedAction).toContain('Restart provisioning');
  });

  it('of a body that is no JSON, and of a filter that is none', async () => {
    const { entry } = await sent(account, 'POST', '/Users', '{"userName":');
    expect(entry.provisioningErrorInfo?.errorCode).toBe('http.400');
    const lookup = await sent(account, 'GET', '/Users?filter=userName+is+%22ada%22');
    expect(lookup.entry).toMatchObject({ outcome: 'Failure', lookup: null });
    expect(lookup.entry.provisioningErrorInfo?.errorCode).toBe('filter.syntax');
  });

  it('by a look-up is shown like any other, but for an id that Entra remembers and nobody has', async () => {
    const asked = async (path: string) => {
      const { answer, entry } = await sent(account, 'GET', path);
      const shown = (await logOf(account, `text=${entry.correlationId}`)).entries;
      return [answer.status, entry.lookup, shown.length];
    };
    expect(await asked('/Users?filter=shoeSize+eq+%2244%22')).toEqual([400, null, 1]);
    expect(await asked('/Userz?filter=userName+eq+%22ada%22')).toEqual([404, null, 1]);
    expect(await asked(`/Users/${crypto.randomUUID()}`)).toEqual([404, 'read', 0]);
  });

  it('while provisioning is off, and of a revoked token (P1)', async () => {
    const other = await gateway.newAccount('Sydhavn ApS');
    await other.admin('PATCH', '', { provisioning: false });
    const off = await sent(other, 'POST', '/Users', person('off'));
    expect(off.answer.status).toBe(403);
    expect(off.entry.provisioningErrorInfo).toMatchObject({
      errorCode: 'provisioning.off',
      checks: [{ attribute: 'provisioning', expected: 'on', received: 'off' }],
    });
    expect(stopOf(off.entry)).toBe('scoping');
    const { tokenId, token } = (
      await gateway.operator('POST', `/accounts/${other.id}/tokens`, { scope: 'scim', name: 'old' })
    ).body as { tokenId: string; token: string };
    await gateway.operator('DELETE', `/accounts/${other.id}/tokens/${tokenId}`);
    const headers = { 'x-correlation-id': 'revoked-token' };
    expect((await gateway.as(token, '/scim/v2')('GET', '/Users', undefined, headers)).status).toBe(401);
    const revoked = await entryWith(other, 'revoked-token');
    expect(revoked).toMatchObject({
      lookup: null,
      tokenId,
      provisioningErrorInfo: {
        errorCode: 'token.ended',
        reason: expect.stringMatching(/^The token “old” was revoked at 20/),
        recommendedAction: expect.stringContaining('Secret Token'),
      },
    });
    expect(JSON.stringify(revoked)).not.toContain(token);
  });

  it('of the old tenant after a move, which is to stop, and nobody is sent for a new token (P14)', async () => {
    const old = await gateway.newAccount('Vestby A/S');
    await old.admin('POST', '/tenant-migration');
    const { answer, entry } = await sent(old, 'POST', '/Users', person('ada'));
    expect(answer).toMatchObject({
      status: 401,
      body: { detail: expect.stringMatching(/stop provisioning in the old.*tenant\.moved/) },
    });
    expect(entry.provisioningErrorInfo).toMatchObject({
      errorCode: 'tenant.moved',
      recommendedAction: expect.stringMatching(
        /^Stop provisioning in the old tenant \(Provisioning → Stop provisioning\)/,
      ),
    });
  });

  it('of a group and its members (P17)', async () => {
    const { entry } = await sent(account, 'POST', '/Groups', { displayName: 'G', members: [{ value: 'nobody' }] });
    expect(entry).toMatchObject({
      resourceType: 'Group',
      provisioningErrorInfo: { errorCode: 'group.memberUnknown', checks: [{ received: 'nobody' }] },
    });
  });
});
