import type { Pool } from 'pg';
import { attributes } from '../scim/attributes.js';
import { isUuid } from '../uuid.js';
import type { Gathered } from './entry.js';

const managerName = attributes.find(({ field }) => field === 'manager')?.at[0];

const managerIn = ({ content: { modified = [] } }: Gathered): string | null =>
  modified.find(({ displayName }) => displayName === managerName)?.newValue ?? null;

/** The rows that set a manager who is not in the account: the reference is kept until that one arrives (A4), and the log says so. */
export async function pendingManagersOf(batch: Pool, rows: readonly Gathered[]): Promise<Set<Gathered>> {
  const setting = rows.filter((row) => managerIn(row) !== null);
  const asked = setting.filter((row) => isUuid(managerIn(row) ?? ''));
  const pending = new Set(setting.filter((row) => !asked.includes(row)));
  if (asked.length === 0) return pending;
  const { rows: missing } = await batch.query<{ n: number }>({
    name: 'provisioning-log-managers',
    text: `select w.n from unnest($1::int[], $2::uuid[], $3::uuid[]) w(n, account, id) where not exists
      (select from own.users u where u.account_id = w.account and u.scim_id = w.id and u.status <> 'released' and not u.detached)`,
    values: [asked.map((_, index) => index), asked.map(({ accountId }) => accountId), asked.map(managerIn)],
  });
  for (const { n } of missing) pending.add(asked[n] as Gathered);
  return pending;
}
