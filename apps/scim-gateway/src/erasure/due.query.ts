import type { Pool, PoolClient } from 'pg';
import type { Account } from '../account/account.decider.js';

type Reader = Pick<Pool | PoolClient, 'query'>;

/** An inactive employee, as people read it. */
export type DueEmployee = { id: string; userName: string; email: string; terminationDate: string };

const due = `from own.users u where u.account_id = $1 and not u.active and u.terminated_on < $2::date`;

/** Inactive employees with a termination date before a day, in a fixed order. @param after where the page before ended. */
export async function dueEmployees(
  reader: Reader,
  {
    accountId,
    before,
    after = nobody,
    limit,
  }: { accountId: string; before: string; after?: string | undefined; limit: number },
): Promise<DueEmployee[]> {
  const { rows } = await reader.query<DueEmployee>(
    `select u.user_id as id, u."values"->>'userName' as "userName", u."values"->>'email' as email,
       u.terminated_on::text as "terminationDate" ${due} and u.user_id > $3 order by u.user_id limit $4`,
    [accountId, before, after, limit],
  );
  return rows;
}

export async function countDue(reader: Reader, accountId: string, before: string): Promise<number> {
  const { rows } = await reader.query<{ n: number }>(`select count(*)::int as n ${due}`, [accountId, before]);
  return rows[0]?.n ?? 0;
}

/** Accounts that erase inactive employees after a time, by id. @param reader the named batch role: it goes over all accounts. */
export async function accountsWithRetention(reader: Reader, after = nobody, limit = 500): Promise<string[]> {
  const { rows } = await reader.query<{ account_id: string }>(
    `select account_id from own.accounts where state->>'retentionMonths' is not null and account_id > $1 order by account_id limit $2`,
    [after, limit],
  );
  return rows.map((row) => row.account_id);
}

export async function accountState(reader: Reader, accountId: string): Promise<Account> {
  const { rows } = await reader.query<{ state: Account }>('select state from own.accounts where account_id = $1', [
    accountId,
  ]);
  return rows[0]?.state ?? { status: 'unknown' };
}

const nobody = '00000000-0000-0000-0000-000000000000';
