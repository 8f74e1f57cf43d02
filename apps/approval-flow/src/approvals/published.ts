import type { ApprovalEvent } from '@bitabiz/event-contracts';
import type { PoolClient } from 'pg';
import { ringKey, type Foundation } from './changes.decider.js';

/** @returns null until the account's foundation was ever decided (A1). */
export async function foundationOf(tx: PoolClient, accountId: string): Promise<Foundation | null> {
  const { rows } = await tx.query<{ foundation: Foundation }>(
    'select foundation from own.foundations where account_id = $1',
    [accountId],
  );
  return rows[0]?.foundation ?? null;
}

/** The reported rings that one of these employees belongs to (A9). */
export async function ringsWith(tx: PoolClient, accountId: string, ids: string[]): Promise<string[][]> {
  const { rows } = await tx.query<{ ring: string }>('select ring from own.rings where account_id = $1', [accountId]);
  const wanted = new Set(ids);
  return rows.map((row) => row.ring.split(',')).filter((members) => members.some((member) => wanted.has(member)));
}

/** Remembers what is published with these events, in the transaction that appends them. */
export async function publish(tx: PoolClient, accountId: string, events: ApprovalEvent[]): Promise<void> {
  const approvals = new Map<string, { approver: string | null; missing: string | null }>();
  const roles = { granted: [] as string[], withdrawn: [] as string[] };
  for (const event of events) {
    switch (event.type) {
      case 'ApproverAssigned':
        approvals.set(event.data.employeeId, { approver: event.data.approverId, missing: null });
        break;
      case 'ApproverChanged':
        approvals.set(event.data.employeeId, { approver: event.data.to, missing: null });
        break;
      case 'ApproverMissing':
        approvals.set(event.data.employeeId, { approver: null, missing: event.data.reason });
        break;
      case 'ApproverRoleGranted':
        roles.granted.push(event.data.employeeId);
        break;
      case 'ApproverRoleWithdrawn':
        roles.withdrawn.push(event.data.employeeId);
        break;
      case 'ApprovalFoundationSwitched':
        await tx.query(
          `insert into own.foundations values ($1, $2) on conflict (account_id) do update set foundation = excluded.foundation`,
          [accountId, event.data.foundation],
        );
        break;
      case 'ManagerCycleFound':
        await tx.query('insert into own.rings values ($1, $2) on conflict do nothing', [
          accountId,
          ringKey(event.data.members),
        ]);
        break;
      case 'ManagerCycleResolved':
        await tx.query('delete from own.rings where account_id = $1 and ring = $2', [
          accountId,
          ringKey(event.data.members),
        ]);
    }
  }
  await writeApprovals(tx, accountId, approvals);
  await tx.query('insert into own.roles select $1, i from unnest($2::uuid[]) i on conflict do nothing', [
    accountId,
    roles.granted,
  ]);
  await tx.query('delete from own.roles where account_id = $1 and employee_id = any($2::uuid[])', [
    accountId,
    roles.withdrawn,
  ]);
}

async function writeApprovals(
  tx: PoolClient,
  accountId: string,
  approvals: Map<string, { approver: string | null; missing: string | null }>,
): Promise<void> {
  if (approvals.size === 0) return;
  const rows = [...approvals];
  await tx.query(
    `insert into own.approvals select $1, e, a, m from unnest($2::uuid[], $3::uuid[], $4::text[]) r(e, a, m)
     on conflict (account_id, employee_id) do update set approver_id = excluded.approver_id, missing = excluded.missing`,
    [accountId, rows.map(([id]) => id), rows.map(([, each]) => each.approver), rows.map(([, each]) => each.missing)],
  );
}
