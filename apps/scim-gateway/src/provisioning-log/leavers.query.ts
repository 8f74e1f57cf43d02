import type { Pool } from 'pg';
import type { Gathered } from './entry.js';

/** The rows that made an employee whose name another one left who was deactivated by hand, with the id of that one, the last if several (P11). */
export async function leaversOf(batch: Pool, rows: readonly Gathered[]): Promise<Map<Gathered, string>> {
  const made = rows.filter(({ subject, content }) => subject.userId && content.events?.includes('UserCreated'));
  if (made.length === 0) return new Map();
  const { rows: found } = await batch.query<{ n: number; id: string }>({
    name: 'provisioning-log-leavers',
    text: `select distinct on (w.n) w.n, o.user_id as id from unnest($1::int[], $2::uuid[], $3::uuid[]) w(n, account, id)
      cross join lateral (select from own.left_by_hand where account_id = w.account limit 1) somebody
      join own.users u on u.account_id = w.account and u.user_id = w.id
      join own.left_by_hand l on l.account_id = w.account and l.key in (u.user_name_key, u.email_key)
      join own.users o on o.account_id = w.account and o.user_id = l.user_id
      order by w.n, o.modified_at desc`,
    values: [
      made.map((_, index) => index),
      made.map(({ accountId }) => accountId),
      made.map(({ subject }) => subject.userId),
    ],
  });
  return new Map(found.map(({ n, id }) => [made[n] as Gathered, id]));
}
