import { addGroup, History, userCreated } from '@bitabiz/testing/history';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApprovals, type OpenApprovals } from './approvals.fixture.js';

let flow: OpenApprovals;
let history: History;
let applied = 0;
beforeAll(async () => void (flow = await openApprovals()));
beforeEach(() => {
  history = new History('scim-gateway');
  applied = 0;
});
afterAll(() => flow.close());

/** Hands on everything that happened since the last call, in one batch or event by event. */
async function deliver(oneByOne = false): Promise<void> {
  const events = history.events.slice(applied);
  applied = history.events.length;
  await flow.deliver(events, oneByOne);
}

const hire = (name: string, manager: string | null = null): string => {
  const event = userCreated(name, { manager });
  history.add(event);
  return event.data.userId;
};
const manager = (userId: string, from: string | null, to: string | null) =>
  history.add({ type: 'ManagerChanged', data: { userId, from, to } });
const suspend = (userId: string) =>
  history.add({ type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: '2026-11-25' } });
const reactivate = (userId: string) =>
  history.add({ type: 'UserReactivated', data: { userId, origin: 'provisioning', matchedBy: 'id' } });

async function approval(userId: string) {
  const { rows } = await flow.batch.query(
    'select approver_id, missing from own.approvals where account_id = $1 and employee_id = $2',
    [history.accountId, userId],
  );
  return rows[0] ? (rows[0].approver_id ?? rows[0].missing) : 'none';
}
async function roles(): Promise<string[]> {
  const { rows } = await flow.batch.query('select employee_id from own.roles where account_id = $1', [
    history.accountId,
  ]);
  return rows.map((row) => row.employee_id);
}
const published = () => flow.published(history.accountId);
const typesOf = async () => (await published()).map((event) => event.type);

describe.each([false, true])('approvers (event by event: %s)', (oneByOne) => {
  it('stay with departments until the first manager reference switches the account to 1:1, for everybody (A1)', async () => {
    const [boss, ada] = [hire('grace'), hire('ada')];
    await deliver(oneByOne);
    expect(await approval(ada)).toBe('departments approve');
    manager(ada, null, boss);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe(boss);
    expect(await approval(boss)).toBe('no manager');
    expect((await typesOf()).filter((type) => type === 'ApprovalFoundationSwitched')).toHaveLength(1);
  });

  it('are the same whatever groups do (P17)', async () => {
    const boss = hire('grace');
    addGroup(history, boss);
    const ada = hire('ada', boss);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe(boss);
  });

  it('hold the role from the first report to the last (A2)', async () => {
    const boss = hire('grace');
    const [ada, linus] = [hire('ada', boss), hire('linus', boss)];
    await deliver(oneByOne);
    expect(await roles()).toEqual([boss]);
    suspend(ada);
    await deliver(oneByOne);
    expect(await roles()).toEqual([boss]);
    manager(linus, boss, null);
    await deliver(oneByOne);
    expect(await roles()).toEqual([]);
    expect(await approval(ada)).toBe('none');
  });

  it('are set the moment the manager arrives, whoever comes first (A4)', async () => {
    const boss = userCreated('grace');
    const ada = hire('ada', boss.data.userId);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe('manager unknown');
    history.add(boss);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe(boss.data.userId);
    expect(await roles()).toEqual([boss.data.userId]);
  });

  it('are missing while the manager is inactive, and back with him (A8)', async () => {
    const boss = hire('grace');
    const ada = hire('ada', boss);
    suspend(boss);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe('manager inactive');
    reactivate(boss);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe(boss);
  });

  it('are missing when the manager is deleted for good', async () => {
    const boss = hire('grace');
    const ada = hire('ada', boss);
    const released = { userName: 'grace@nordlys.example', email: 'grace@nordlys.example' };
    const gone = { userId: boss, origin: 'provisioning', terminatedOn: '2026-11-25', scimId: boss, released };
    history.add({ type: 'UserDeleted', data: gone });
    await deliver(oneByOne);
    expect(await approval(ada)).toBe('manager deleted');
    expect(await roles()).toEqual([]);
  });

  it('stay as given in a ring, which is reported once and taken back when it is broken (A9)', async () => {
    const [a, b, c] = [hire('a'), hire('b'), hire('c')];
    manager(a, null, b);
    manager(b, null, c);
    await deliver(oneByOne);
    manager(c, null, a);
    await deliver(oneByOne);
    expect([await approval(a), await approval(b), await approval(c)]).toEqual([b, c, a]);
    const found = (await published()).filter((event) => event.type === 'ManagerCycleFound');
    expect(found.map((event) => event.data)).toEqual([{ members: [a, b, c].sort(), because: 'change' }]);
    manager(c, a, null);
    await deliver(oneByOne);
    expect((await typesOf()).at(-1)).toBe('ManagerCycleResolved');
  });

  it('are missing for who is own manager, and that is a ring of one (A9)', async () => {
    const ada = hire('ada');
    manager(ada, null, ada);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe('own manager');
    expect(await typesOf()).toContain('ManagerCycleFound');
  });

  it('publish nothing when the same events come again', async () => {
    const boss = hire('grace');
    hire('ada', boss);
    await deliver(oneByOne);
    const before = await typesOf();
    applied = 0;
    await deliver(oneByOne);
    expect(await typesOf()).toEqual(before);
  });

  it('may be given by hand to who is no AD user any more, until Entra attaches the person again (A3, P13)', async () => {
    const [boss, other] = [hire('grace'), hire('linus')];
    const ada = hire('ada', boss);
    suspend(ada);
    history.add({ type: 'UserDetached', data: { userId: ada } });
    reactivate(ada);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe(boss);
    await flow.approvals.give(history.accountId, ada, other, 'operator');
    expect(await approval(ada)).toBe(other);
    history.add({ type: 'UserAdopted', data: { userId: ada } });
    await deliver(oneByOne);
    expect(await approval(ada)).toBe(boss);
    await expect(flow.approvals.give(history.accountId, ada, other, 'operator')).rejects.toMatchObject({
      code: 'approver.managedByEntra',
    });
    manager(ada, boss, null);
    await deliver(oneByOne);
    expect(await approval(ada)).toBe('no manager');
  });

  it('lose the role when the last report is erased (P20)', async () => {
    const boss = hire('grace');
    const ada = hire('ada', boss);
    await deliver(oneByOne);
    history.add({ type: 'UserErased', data: { userId: ada } });
    await deliver(oneByOne);
    expect(await roles()).toEqual([]);
    expect(await approval(ada)).toBe('none');
  });
});
