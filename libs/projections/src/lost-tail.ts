import { topicOf, type Envelope, type Source } from '@bitabiz/event-contracts';
import { appendAgain, type Feed, type KeyRing } from '@bitabiz/event-store';
import type { EventLog } from '@bitabiz/messaging/log';
import { readWholeLog } from '@bitabiz/messaging/whole-log';
import { createClient } from '@bitabiz/service-kit/database';
import type { Logger } from '@bitabiz/service-kit/log';
import type { Pool } from 'pg';

export type LostTailOptions = {
  source: Source;
  app: Pool;
  /** The named batch role. */
  batch: Pool;
  /** The batch role's address, for the lock that one replica holds meanwhile. */
  url: string;
  keys?: KeyRing;
  feed: Feed;
  log: EventLog;
  logger: Logger;
  /** Makes the service's own rows of an account again from its events. */
  rebuildRows: (accountId: string) => Promise<void>;
};

const lockId = 20263;

/**
 * Before a restored service opens: reads the log and brings back the events since the backup, with the same ids and sequences, so that
 * no revocation of that time is forgotten and no reader meets another history (decision 9). Does nothing unless a restore asked for it by
 * raising the incarnation. Safe to break off and to repeat.
 * @throws with a sentence when the log cannot be read: opening without it would forget what happened since the backup.
 */
export async function bringBackLostTail(options: LostTailOptions): Promise<void> {
  if ((await pendingOf(options.batch)) === undefined) return;
  const client = createClient(options.url, 'lost tail');
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockId]);
    const incarnation = await pendingOf(options.batch);
    if (incarnation !== undefined) await bringBack(options, incarnation);
  } finally {
    await client.end();
  }
}

/** The incarnation whose tail is still to be brought back. */
async function pendingOf(batch: Pool): Promise<number | undefined> {
  const { rows } = await batch.query<{ incarnation: number }>(
    'select incarnation from store.incarnations where tail_back_at is null order by incarnation desc limit 1',
  );
  return rows[0]?.incarnation;
}

async function bringBack(options: LostTailOptions, incarnation: number): Promise<void> {
  const { source, app, batch, keys, feed, log, logger, rebuildRows } = options;
  const heads = new Map((await feed.heads()).heads.map((head) => [head.account, head]));
  const tails = new Tails(source, (account) => heads.get(account)?.seq ?? 0);
  logger.warn(
    { source, incarnation },
    'this database was restored: the events since the backup are brought back from the log',
  );
  const read = await readWholeLog(log, topicOf(source), (event) => tails.add(event)).catch((error: Error) => {
    throw new Error(
      `this database was restored, and the log cannot be read for what happened since the backup (${error.message}): bring the log back and start again, ` +
        'or, to open without it, run as the owner: update store.incarnations set tail_back_at = now()',
      { cause: error },
    );
  });
  let events = 0;
  for (const accountId of tails.accounts) {
    const chain = tails.after(accountId, heads.get(accountId)?.id ?? null);
    for (let from = 0; from < chain.length; from += 500) {
      if (!(await appendAgain(app, keys, chain.slice(from, from + 500))))
        throw new Error(`account ${accountId} was changed while its lost events were brought back: start again`);
    }
    events += chain.length;
  }
  const touched = await since(options, incarnation);
  for (const accountId of touched) await rebuildRows(accountId);
  await batch.query('update store.incarnations set tail_back_at = now() where tail_back_at is null');
  logger.warn({ source, read, events, accounts: touched.length }, 'the events since the backup are back');
}

/** Accounts that have come further than the backup. */
async function since({ batch, feed }: LostTailOptions, incarnation: number): Promise<string[]> {
  const { rows } = await batch.query<{ account_id: string; last_seq: string }>(
    'select account_id, last_seq from store.forks where incarnation = $1',
    [incarnation],
  );
  const backedUp = new Map(rows.map((row) => [row.account_id, Number(row.last_seq)]));
  const { heads } = await feed.heads();
  return heads.filter(({ account, seq }) => seq > (backedUp.get(account) ?? 0)).map(({ account }) => account);
}

/** Events of the log beyond what the store has, by the event they follow. */
class Tails {
  private readonly byAccount = new Map<string, Map<string | null, Envelope>>();

  constructor(
    private readonly source: string,
    private readonly headOf: (accountId: string) => number,
  ) {}

  get accounts(): string[] {
    return [...this.byAccount.keys()].toSorted();
  }

  add(event: Envelope): void {
    if (event.source !== this.source || event.accountseq <= this.headOf(event.accountid)) return;
    let ofAccount = this.byAccount.get(event.accountid);
    if (!ofAccount) this.byAccount.set(event.accountid, (ofAccount = new Map()));
    // Two that follow the same event are of two histories: the later restore's is the one that was in force.
    const other = ofAccount.get(event.previd);
    if (!other || event.incarnation >= other.incarnation) ofAccount.set(event.previd, event);
  }

  /** The events that follow this one, one after the other. */
  after(accountId: string, id: string | null): Envelope[] {
    const chain: Envelope[] = [];
    const following = this.byAccount.get(accountId);
    for (let next = following?.get(id); next; next = following?.get(next.id)) chain.push(next);
    return chain;
  }
}
