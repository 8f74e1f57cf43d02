import type { MissingReason } from '@bitabiz/event-contracts';
import { lookup } from '@bitabiz/service-kit/sql-lookup';
import type { PoolClient } from 'pg';
import type { Candidate, Facts } from './approver.decider.js';
import type { Foundation, Published } from './changes.decider.js';

const person = (userId: string): string => lookup('people', '$1', 'user_id', userId);
const byScimId = (scimId: string): string => lookup('people', '$1', 'scim_id', scimId);
const reportsOf = (scimId: string): string => lookup('people', '$1', 'manager_id', scimId);
const ofEmployee = (table: string): string => lookup(table, '$1', 'employee_id', 'i.id');

export type EmployeeFacts = Facts & { published: Published };

/**
 * Whose approver may have changed when these employees changed: they themselves, everybody whose manager is one of them
 * (also those who waited for the arrival, A4), and everybody who was approved by one of them until now.
 */
export async function affectedBy(tx: PoolClient, accountId: string, changed: string[]): Promise<string[]> {
  const { rows } = await tx.query<{ user_id: string }>({
    name: 'approvals-affected',
    text: `select id as user_id from unnest($2::uuid[]) i(id)
      union select p.user_id from unnest($2::uuid[]) i(id) cross join lateral ${person('i.id')} c cross join lateral ${reportsOf('c.scim_id')} p
      union select a.employee_id from unnest($2::uuid[]) i(id) cross join lateral ${lookup('own.approvals', '$1', 'approver_id', 'i.id')} a
      union select g.employee_id from unnest($2::uuid[]) i(id) cross join lateral ${lookup('own.given_approvers', '$1', 'approver_id', 'i.id')} g`,
    values: [accountId, changed],
  });
  return rows.map((row) => row.user_id);
}

type Row = {
  user_id: string;
  known: boolean;
  active: boolean | null;
  ad_user: boolean | null;
  manager_ref: string | null;
  manager_user: string | null;
  manager_status: Candidate['status'] | null;
  given_user: string | null;
  given_status: Candidate['status'] | null;
  published: boolean;
  approver_id: string | null;
  missing: MissingReason | null;
};

/** The facts of these employees, in one read. Whoever is unknown by now counts as inactive. */
export async function factsOf(
  tx: PoolClient,
  accountId: string,
  ids: string[],
  foundation: Foundation,
): Promise<EmployeeFacts[]> {
  const { rows } = await tx.query<Row>({
    name: 'approvals-facts',
    text: `select i.id as user_id, p.user_id is not null as known, p.active, p.ad_user, p.manager_ref,
        m.user_id as manager_user, m.status as manager_status, g.user_id as given_user, g.status as given_status,
        a.employee_id is not null as published, a.approver_id, a.missing
      from unnest($2::uuid[]) i(id)
      left join lateral ${person('i.id')} p on true
      left join lateral ${byScimId('p.manager_id')} m on true
      left join lateral ${ofEmployee('own.given_approvers')} ga on true
      left join lateral ${person('ga.approver_id')} g on true
      left join lateral ${ofEmployee('own.approvals')} a on true`,
    values: [accountId, ids],
  });
  return rows.map((row) => ({
    userId: row.user_id,
    active: row.active === true,
    adUser: row.ad_user === true,
    foundation,
    managerRef: row.manager_ref,
    manager: candidate(row.manager_user, row.manager_status),
    given: candidate(row.given_user, row.given_status),
    published: row.published ? { approver: row.approver_id, missing: row.missing } : null,
  }));
}

const candidate = (userId: string | null, status: Candidate['status'] | null): Candidate | null =>
  userId !== null && status !== null ? { userId, status } : null;

/** A2: of these people, who holds the role now and who is manager of at least one active employee. */
export async function rolesOf(tx: PoolClient, accountId: string, ids: string[], foundation: Foundation) {
  const { rows } = await tx.query<{ user_id: string; held: boolean; reports: boolean }>({
    name: 'approvals-roles',
    text: `select i.id as user_id, r.employee_id is not null as held,
        $3::boolean and p.status <> 'deleted' and exists (select from ${reportsOf('p.scim_id')} e where e.active) as reports
      from unnest($2::uuid[]) i(id)
      left join lateral ${person('i.id')} p on true
      left join lateral ${ofEmployee('own.roles')} r on true`,
    values: [accountId, ids, foundation === '1:1'],
  });
  return rows.map((row) => ({ userId: row.user_id, held: row.held, reports: row.reports === true }));
}

/** Whose role may have changed: the changed people, the managers of these employees, and every holder behind these references. */
export async function roleCandidates(
  tx: PoolClient,
  accountId: string,
  affected: string[],
  formerRefs: string[],
  everyHolder: boolean,
): Promise<string[]> {
  const { rows } = await tx.query<{ user_id: string }>({
    name: 'approvals-role-candidates',
    text: `select m.user_id from unnest($2::uuid[]) i(id)
        cross join lateral ${person('i.id')} p cross join lateral ${byScimId('p.manager_id')} m
      union select m.user_id from unnest($3::uuid[]) f(ref) cross join lateral ${byScimId('f.ref')} m
      union select employee_id from own.roles where account_id = $1 and $4
      union select id from unnest($2::uuid[]) i(id)`,
    values: [accountId, affected, formerRefs, everyHolder],
  });
  return rows.map((row) => row.user_id);
}

/** A9: walks up from each of these employees, each person once; a walk that comes back to its start is a ring. */
export async function ringsThrough(tx: PoolClient, accountId: string, ids: string[]): Promise<string[][]> {
  const { rows } = await tx.query<{ members: string[] }>({
    name: 'approvals-rings',
    text: `with recursive up(start, at, path) as (
        select p.user_id, m.user_id, array[p.user_id] from unnest($2::uuid[]) i(id)
          cross join lateral ${person('i.id')} p cross join lateral ${byScimId('p.manager_id')} m
        where p.status <> 'deleted' and m.status <> 'deleted'
        union all
        select u.start, m.user_id, u.path || u.at from up u
          cross join lateral ${person('u.at')} p cross join lateral ${byScimId('p.manager_id')} m
        where m.status <> 'deleted' and u.at <> all(u.path) and cardinality(u.path) < 1000)
      select path as members from up where at = start`,
    values: [accountId, ids],
  });
  return rows.map((row) => row.members);
}
