import type { Envelope } from '@bitabiz/event-contracts';
import type { FeedClient } from '@bitabiz/messaging/feed-client';

/** A row that many events of one batch change is written once. */
const batchSize = 5_000;

/** An account's events after `after` up to `until`, in batches; the next one is fetched while the reader works on this one. */
export async function* batchesOf(
  feed: FeedClient,
  accountId: string,
  after: number,
  until: number,
): AsyncGenerator<Envelope[]> {
  let next = batch(feed, accountId, after, until);
  for (;;) {
    const events = await next;
    const last = events.at(-1);
    if (!last) return;
    next = batch(feed, accountId, last.accountseq, until);
    // A reader that stops early does not wait for it.
    next.catch(() => undefined);
    yield events;
  }
}

async function batch(feed: FeedClient, accountId: string, after: number, until: number): Promise<Envelope[]> {
  const events: Envelope[] = [];
  for (let reached = after; reached < until && events.length < batchSize;) {
    const page = await feed.page(accountId, reached);
    const wanted = page.filter((envelope) => envelope.accountseq <= until);
    if (wanted.length === 0) break;
    events.push(...wanted);
    reached = wanted.at(-1)?.accountseq ?? until;
  }
  return events;
}
