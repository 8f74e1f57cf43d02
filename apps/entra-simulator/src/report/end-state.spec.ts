import { describe, expect, it } from 'vitest';
import { endStateOf } from './end-state.js';
import type { Approval, Employee, Reader } from './reader.js';

const employee = (id: string, userName: string, over: Partial<Employee> = {}): Employee => ({
  id,
  userName,
  status: 'active',
  namesReleased: false,
  email: userName,
  firstName: 'Åse',
  lastName: 'Bøgh',
  jobTitle: null,
  department: { id: `group of ${id}`, name: 'Sales' },
  approvedBy: null,
  missingApprover: 'no manager',
  isApprover: false,
  terminationDate: null,
  createdAt: `made at ${id}`,
  ...over,
});

/** What the services answer about the same people when these ids were given to them, in this order. */
function readerOf(ids: { boss: string; worker: string; former: string }, turned: boolean): Reader {
  const boss = employee(ids.boss, 'boss@x.example', { isApprover: true });
  const approvedBy = { id: ids.boss, name: 'Åse Bøgh' };
  const worker = employee(ids.worker, 'a@x.example', { approvedBy, missingApprover: null });
  const left = { status: 'inactive', terminationDate: ids.former } as const;
  const inactive = ['Engineer', null].map((jobTitle) => employee(ids.former, 'a@x.example', { ...left, jobTitle }));
  const approval = (of: Employee, approver: Employee | null): Approval => ({
    employee: { ...of, active: true },
    approver,
    missing: of.missingApprover,
    isApprover: of.isApprover,
  });
  const order = <T>(list: T[]) => Promise.resolve(turned ? list.toReversed() : list);
  const answers = {
    employees: (list: string) => order(list === 'active' ? [boss, worker] : inactive),
    approvals: () => order([approval(boss, null), approval(worker, boss)]),
    identities: () => order([boss, worker]),
    groups: () => order([{ kind: 'department', name: 'Sales', employees: 2, id: ids.boss }]),
    cycles: () => order([[ids.worker, ids.boss]]),
    foundation: () => Promise.resolve('1:1'),
  };
  return answers as unknown as Reader;
}

describe('the end state', () => {
  it('is the same text whatever the ids, the days and the order of the answers', async () => {
    const first = await endStateOf(readerOf({ boss: '1', worker: '2', former: '3' }, false));
    const second = await endStateOf(readerOf({ boss: '9', worker: '8', former: '7' }, true));
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
  });

  it('names approvers and rings by user name, and keeps every former card of an address', async () => {
    const { directory, approvalFlow, sso } = await endStateOf(readerOf({ boss: '1', worker: '2', former: '3' }, false));
    expect(directory.active['a@x.example']).toMatchObject({ approvedBy: 'boss@x.example', department: 'Sales' });
    expect(directory.inactive).toHaveLength(2);
    expect(directory.inactive[0]).toMatchObject({ userName: 'a@x.example', terminated: true });
    expect(approvalFlow).toEqual({
      foundation: '1:1',
      approvers: {
        'a@x.example': { approver: 'boss@x.example', missing: null, isApprover: false },
        'boss@x.example': { approver: null, missing: 'no manager', isApprover: true },
      },
      cycles: [['a@x.example', 'boss@x.example']],
    });
    expect(sso.maySignIn).toEqual(['a@x.example', 'boss@x.example']);
  });
});
