import { lockAccount, type Feed } from '@bitabiz/event-store';
import { inTransaction } from '@bitabiz/service-kit/database';
import type { Pool, PoolClient } from 'pg';
import { hasUniqueEmails, type Account } from '../account/account.decider.js';
import { isEmployee, isShown, keysHeld } from '../user/user-state.decider.js';
import { toRow, type UserRow } from '../user/user-row.js';
import { compareGroups } from './groups.js';
import { compareCredentials } from './credentials.js';
import { foldAccount } from './fold.js';

export type GatewayDifference = { accountId: string; what: string; expected: unknown; actual: unknown };
export type GatewayVerification = { accounts: number; events: number; differences: GatewayDifference[] };

/** Compares the gateway's SCIM rows of users and groups, claims, accounts and credentials with a fold of its own events, and the events with themselves: numbers and chain. */
export async function verifyGateway(batch: Pool, feed: Feed): Promise<GatewayVerification> {
  const differences: GatewayDifference[] = [];
  const { heads } = await feed.heads();
  let events = 0;
  for (const { account: accountId } of heads) {
    const found = await inTransaction(batch, (tx) => compareAccount(tx, feed, accountId));
    events += found.events;
    differences.push(...found.differences);
  }
  return { accounts: heads.length, events, differences };
}

/** Under the account's lock, so that nothing is appended between reading the events and reading the rows. */
async function compareAccount(tx: PoolClient, feed: Feed, accountId: string) {
  await lockAccount(tx, accountId);
  const { users, groups, account, credentials, leftByHand, events, gaps } = await foldAccount(feed, accountId);
  const differences: GatewayDifference[] = gaps.map((what) => ({ accountId, what, expected: null, actual: null }));
  const differ = (what: string, expected: unknown, actual: unknown) => {
    if (canonical(expected) !== canonical(actual)) differences.push({ accountId, what, expected, actual });
  };
  const { rows } = await tx.query<{ row: UserRow }>(
    'select to_jsonb(u) as row from own.users u where account_id = $1',
    [accountId],
  );
  const actual = new Map(rows.map(({ row }) => [row.user_id, shown(row)]));
  for (const [userId, known] of users) {
    const expected = isEmployee(known.user) ? shown(toRow(known.user, known)) : undefined;
    // A key is not in the events' payload; an erased person's row goes with the person.
    differ(`user ${userId}`, expected, actual.get(userId));
    actual.delete(userId);
  }
  for (const [userId, row] of actual) differ(`user ${userId}`, undefined, row);
  const counted = await tx.query<{ shown: string }>('select shown from own.user_counts where account_id = $1', [
    accountId,
  ]);
  differ(
    'count of users',
    [...users.values()].filter(({ user }) => isShown(user)).length,
    Number(counted.rows[0]?.shown ?? 0),
  );
  await compareGroups(tx, accountId, groups, differ);
  const claims = await tx.query<{ key: string; stream: string }>(
    'select key, stream from store.claims where account_id = $1',
    [accountId],
  );
  const held = new Set(claims.rows.map(({ key, stream }) => `${key} ${stream}`));
  const expected = [...users.entries()].flatMap(([userId, { user }]) => {
    const certain = new Set(keysHeld(user, hasUniqueEmails(account)));
    // An e-mail that was claimed while e-mails were unique is released with the next change.
    return keysHeld(user).flatMap((key) => {
      const claim = `${key} user/${userId}`;
      return certain.has(key) || held.has(claim) ? [claim] : [];
    });
  });
  differ('claims', expected.toSorted(), [...held].toSorted());
  const states = await tx.query<{ state: Account }>('select state from own.accounts where account_id = $1', [
    accountId,
  ]);
  differ('account', account, states.rows[0]?.state);
  const left = await tx.query<{ name: string }>(
    `select key || ' ' || user_id as name from own.left_by_hand where account_id = $1`,
    [accountId],
  );
  differ('names left by hand', leftByHand.names(), left.rows.map(({ name }) => name).toSorted());
  await compareCredentials(tx, accountId, credentials, differ);
  return { events, differences };
}

/** What is compared of a row: everything but the account and the key's id, which no event carries; times as instants. */
function shown(row: UserRow & { account_id?: string }): object {
  const compared: Record<string, unknown> = {
    ...row,
    created_at: new Date(row.created_at).toISOString(),
    modified_at: new Date(row.modified_at).toISOString(),
    matched_at: row.matched_at && new Date(row.matched_at).toISOString(),
  };
  delete compared['key_id'];
  delete compared['account_id'];
  return compared;
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  ) ?? 'nothing';
