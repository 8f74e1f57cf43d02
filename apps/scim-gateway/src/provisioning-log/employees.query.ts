import type { Pool } from 'pg';
import type { Gathered } from './entry.js';

/** An employee as a row of the log needs it. */
export type FoundEmployee = {
  userId: string;
  scimId: string;
  keyId: string;
  userName: string | undefined;
  externalId: string | null;
};

type Found = FoundEmployee & { n: number };

const columns = `u.user_id as "userId", u.scim_id as "scimId", u.key_id as "keyId", u."values"->>'userName' as "userName",
  u.external_id as "externalId"`;
const found = (id: 'user_id' | 'scim_id', parameter: number) =>
  `select w.n, ${columns} from unnest($1::int[], $2::uuid[], $${parameter}::uuid[]) w(n, account, id) cross join lateral
    (select * from own.users where account_id = w.account and ${id} = w.id limit 1) u`;

/** The employees whom rows are about, in one round trip; what a row knows itself is not looked up. Rows about nobody here are left out. */
export async function employeesOf(batch: Pool, rows: readonly Gathered[]): Promise<Map<Gathered, FoundEmployee>> {
  const known = new Map<Gathered, FoundEmployee>();
  for (const row of rows) {
    const { userId, scimId, keyId } = row.subject;
    if (userId === undefined || scimId === undefined || keyId === undefined) continue;
    known.set(row, { userId, scimId, keyId, userName: row.userName, externalId: row.externalId ?? null });
  }
  const wanted = rows.filter(({ resource, subject }) => resource === 'User' && (subject.userId ?? subject.scimId));
  const missing = wanted.filter((row) => !known.has(row));
  if (missing.length === 0) return known;
  const { rows: employees } = await batch.query<Found>({
    name: 'provisioning-log-employees',
    text: `${found('user_id', 3)} union all ${found('scim_id', 4)}`,
    values: [
      missing.map((_, index) => index),
      missing.map(({ accountId }) => accountId),
      missing.map(({ subject }) => subject.userId ?? null),
      missing.map(({ subject }) => (subject.userId === undefined ? (subject.scimId ?? null) : null)),
    ],
  });
  for (const { n, ...employee } of employees) known.set(missing[n] as Gathered, employee);
  return known;
}
