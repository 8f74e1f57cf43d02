import { lockCheckpoints, readCheckpoints } from '@bitabiz/messaging/checkpoints';
import { inTransaction } from '@bitabiz/service-kit/database';
import { until } from './until-level.js';
import type { Difference } from './parity.js';
import { rebuild, type RebuildOptions } from './rebuild.js';

export type Behind = { source: string; accountId: string; seq: number; head: number };
export type Verification = {
  accounts: number;
  events: number;
  differences: Difference[];
  /** Accounts that do not reach the head of their feed, or stand on another history. */
  behind: Behind[];
  parked: number;
  /** Accounts for which the rules would publish something else than was published (decision 7). */
  derived: { accountId: string; events: number }[];
};

class TakeBack extends Error {}

/** Compares a service's projections with a fold of its feeds, account by account; changes nothing (decision 5). */
export async function verify(options: RebuildOptions): Promise<Verification> {
  const behind = await until(() => behindOf(options));
  const { accounts, events, differences } = await rebuild({ ...options, switching: 'never' });
  const { rows } = await options.batch.query<{ n: string }>('select count(*) as n from parked');
  return { accounts, events, differences, behind, parked: Number(rows[0]?.n ?? 0), derived: await derivedOf(options) };
}

async function behindOf({ set, feeds, batch }: RebuildOptions): Promise<Behind[]> {
  const found: Behind[] = [];
  for (const source of set.sources) {
    const heads = (await feeds.get(source)?.heads())?.heads ?? [];
    const checkpoints = await readCheckpoints(
      batch,
      source,
      heads.map((head) => head.account),
    );
    for (const { account: accountId, seq: head, id } of heads) {
      const checkpoint = checkpoints.get(accountId);
      if (checkpoint?.lastEventId !== id) found.push({ source, accountId, seq: checkpoint?.lastSeq ?? 0, head });
    }
  }
  return found;
}

/** Lets the reaction look at each account anew, counts what it would append, and takes that back. */
async function derivedOf({ set, batch }: RebuildOptions): Promise<Verification['derived']> {
  const { react } = set;
  if (!react) return [];
  const { rows } = await batch.query<{ account_id: string }>('select distinct account_id from checkpoints');
  const found: Verification['derived'] = [];
  for (const { account_id: accountId } of rows) {
    await inTransaction(batch, async (tx) => {
      for (const source of set.sources) await lockCheckpoints(tx, source, [accountId]);
      const count = async () => {
        const counted = await tx.query<{ n: string }>('select count(*) as n from store.events where account_id = $1', [
          accountId,
        ]);
        return Number(counted.rows[0]?.n ?? 0);
      };
      const before = await count();
      await react(tx, { accountId }, 'rebuild');
      const events = (await count()) - before;
      if (events > 0) found.push({ accountId, events });
      throw new TakeBack();
    }).catch((error: unknown) => {
      if (!(error instanceof TakeBack)) throw error;
    });
  }
  return found;
}
