import type { AccountEvent, Envelope, UserEvent } from '@bitabiz/event-contracts';
import { readEvent } from '@bitabiz/event-contracts';
import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Feed } from '@bitabiz/event-store';
import { inTransaction } from '@bitabiz/service-kit/database';
import type { Pool, PoolClient } from 'pg';
import { evolve as evolveAccount, initial as noAccount, type Account } from '../account/account.decider.js';
import { evolve as evolveUser, initial as noUser, isEmployee, namesHeld } from '../user/user-state.decider.js';
import { toRow, type KnownUser, type UserRow } from '../user/user-row.js';

export type GatewayDifference = { accountId: string; what: string; expected: unknown; actual: unknown };
export type GatewayVerification = { accounts: number; events: number; differences: GatewayDifference[] };

type Folded = { users: Map<string, KnownUser>; account: Account; events: number; gaps: string[] };

/** Compares the gateway's SCIM rows, claims and accounts with a fold of its own events, and the events with themselves: numbers and chain. */
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
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 20261))', [accountId]);
  const { users, account, events, gaps } = await fold(feed, accountId);
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
  const claims = await tx.query<{ key: string; stream: string }>(
    'select key, stream from store.claims where account_id = $1',
    [accountId],
  );
  const held = [...users.entries()].flatMap(([userId, { user }]) =>
    [...new Set(namesHeld(user).map(foldKey))].map((key) => `${key} user/${userId}`),
  );
  differ('claims', held.toSorted(), claims.rows.map(({ key, stream }) => `${key} ${stream}`).toSorted());
  const states = await tx.query<{ state: Account }>('select state from own.accounts where account_id = $1', [
    accountId,
  ]);
  differ('account', account, states.rows[0]?.state);
  return { events, differences };
}

async function fold(feed: Feed, accountId: string): Promise<Folded> {
  const folded: Folded = { users: new Map(), account: noAccount, events: 0, gaps: [] };
  let last: Envelope | undefined;
  for (;;) {
    const page = await feed.page(accountId, last?.accountseq ?? 0);
    if (page.length === 0) return folded;
    for (const envelope of page) {
      if (envelope.accountseq !== (last?.accountseq ?? 0) + 1 || envelope.previd !== (last?.id ?? null)) {
        folded.gaps.push(`event ${envelope.accountseq} does not follow ${last?.accountseq ?? 0}`);
      }
      last = envelope;
      folded.events += 1;
      if (!envelope.erased) add(folded, envelope);
    }
  }
}

function add(folded: Folded, envelope: Envelope): void {
  if (!envelope.subject.startsWith('user/')) {
    folded.account = evolveAccount(folded.account, readEvent<AccountEvent>(envelope));
    return;
  }
  const userId = envelope.subject.slice('user/'.length);
  const known = folded.users.get(userId);
  folded.users.set(userId, {
    user: evolveUser(known?.user ?? noUser, readEvent<UserEvent>(envelope)),
    version: envelope.streamversion,
    keyId: null,
    createdAt: known?.createdAt ?? envelope.time,
    modifiedAt: envelope.time,
  });
}

/** What is compared of a row: everything but the account and the key's id, which no event carries; times as instants. */
function shown(row: UserRow & { account_id?: string }): object {
  const compared: Record<string, unknown> = {
    ...row,
    created_at: new Date(row.created_at).toISOString(),
    modified_at: new Date(row.modified_at).toISOString(),
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
