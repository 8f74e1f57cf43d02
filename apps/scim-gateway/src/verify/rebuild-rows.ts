import { lockAccount, type Feed } from '@bitabiz/event-store';
import { inAccount } from '@bitabiz/service-kit/database';
import type { Pool, PoolClient } from 'pg';
import { hasUniqueEmails } from '../account/account.decider.js';
import { isEmployee, keysHeld } from '../user/user-state.decider.js';
import { toRow } from '../user/user-row.js';
import { groupRowsOf } from './groups.js';
import { foldAccount, type Folded } from './fold.js';

const derived = [
  'group_members',
  'groups',
  'users',
  'user_counts',
  'left_by_hand',
  'tokens',
  'client_secrets',
  'federations',
]
  .map((table) => `own.${table}`)
  .concat('store.claims');

/**
 * Makes an account's SCIM rows, claims and credentials again from its events, in one transaction under the account's lock, so that no command
 * comes between (decision 5). @param app the role of commands; @param feed reads on connections of its own.
 */
export async function rebuildRows(app: Pool, feed: Feed, accountId: string): Promise<void> {
  await inAccount(app, accountId, async (tx) => {
    await lockAccount(tx, accountId);
    const folded = await foldAccount(feed, accountId);
    const rows = await rowsOf(tx, accountId, folded);
    for (const table of derived) {
      await tx.query(`delete from ${table} where account_id = $1`, [accountId]);
    }
    await tx.query('select store.write_rows($1, $2)', [accountId, JSON.stringify(rows)]);
    const held = [...folded.users.entries()].flatMap(([userId, { user }]) =>
      keysHeld(user, hasUniqueEmails(folded.account)).map((key) => ({ key, stream: `user/${userId}` })),
    );
    await tx.query(
      `insert into store.claims (account_id, key, stream) select $1, key, stream from unnest($2::text[], $3::text[]) c(key, stream)`,
      [accountId, held.map((claim) => claim.key), held.map((claim) => claim.stream)],
    );
  });
}

async function rowsOf(tx: PoolClient, accountId: string, folded: Folded): Promise<object> {
  const { users, groups, account, accountVersion, createdAt, credentials, leftByHand, formerIds } = folded;
  const employees = [...users.values()].flatMap(({ user, ...known }) => (isEmployee(user) ? [{ ...known, user }] : []));
  const { rows } = await tx.query<{ stream: string; key_id: string }>(
    'select stream, key_id from store.last_keys($1, $2::text[])',
    [accountId, employees.map(({ user }) => `user/${user.userId}`)],
  );
  const keyIds = new Map(rows.map((row) => [row.stream, row.key_id]));
  return {
    account: { stream_version: accountVersion, created_at: createdAt, state: account },
    users: employees.map((known) =>
      toRow(known.user, { ...known, keyId: keyIds.get(`user/${known.user.userId}`) ?? null }),
    ),
    ...credentials.rows(),
    ...leftByHand.rows(),
    ...(formerIds.size > 0 && { former: [...formerIds] }),
    groups: groupRowsOf(groups),
  };
}
