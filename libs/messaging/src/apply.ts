import { contracts, readEvent, UnknownEvent, type Envelope, type Recorded } from '@bitabiz/event-contracts';
import { sendAhead } from '@bitabiz/service-kit/database';
import type { PoolClient } from 'pg';
import { following, lockCheckpoints, moveCheckpoints, type Checkpoint } from './checkpoints.js';
import { isFaultOfEvent } from './faults.js';
import { discardParked, park } from './parked.js';

export type AnyEvent = Recorded<{ type: string; data: unknown }>;

/** What a service does with events: its rows, in the consumer's transaction. Events come in each account's order. */
export type Handler = (tx: PoolClient, source: string, events: AnyEvent[]) => Promise<void>;

export type Applied = {
  applied: Envelope[];
  behind: string[];
  suspect: string[];
  paused: string[];
  parked: Unapplied[];
};

type Readable = { envelope: Envelope; event: AnyEvent };
export type Unapplied = { envelope: Envelope; reason: string };

/**
 * Applies events of one source in one transaction: locks the checkpoints, takes what comes next, calls the handler, moves the
 * checkpoints. An event that fails by itself is found with savepoints and parked; every other failure is thrown.
 */
export async function applyEvents(
  tx: PoolClient,
  source: string,
  envelopes: Envelope[],
  handler: Handler,
  now: () => Date,
): Promise<Applied> {
  const byAccount = Map.groupBy(envelopes, (envelope) => envelope.accountid);
  const { checkpoints, stuck } = await lockCheckpoints(tx, source, [...byAccount.keys()]);
  const result: Applied = { applied: [], behind: [], suspect: [], paused: [], parked: [] };
  const moved: Checkpoint[] = [];
  const readable: Readable[] = [];
  const aside: Unapplied[] = [];
  for (const [accountId, events] of byAccount) {
    const checkpoint = checkpoints.get(accountId);
    if (!checkpoint) throw new Error(`no checkpoint for ${source} ${accountId}`);
    const { next, problem } = following(checkpoint, events);
    if (problem) result[problem].push(accountId);
    const erasedAt = new Map(next.filter(erases).map((envelope) => [envelope.subject, envelope.accountseq]));
    for (const subject of erasedAt.keys()) {
      if (stuck.delete(`${accountId}/${subject}`)) await discardParked(tx, source, accountId, subject);
    }
    const { reached, paused } = sort(next, { erasedAt, stuck, readable, aside });
    if (paused) result.paused.push(accountId);
    if (reached || paused !== checkpoint.paused) moved.push(advanced(checkpoint, reached, paused));
  }
  if (moved.length === 0) return result;
  aside.push(...(await handle(tx, source, readable, handler)));
  await park(tx, source, aside, now());
  await moveCheckpoints(tx, source, moved);
  const failed = new Set(aside.map(({ envelope }) => envelope.id));
  result.applied = readable.map(({ envelope }) => envelope).filter(({ id }) => !failed.has(id));
  result.parked = aside;
  return result;
}

/** With the person goes what was set aside of them; nothing of an erased person waits to be applied (decision 6). */
const erases = ({ type }: Envelope) => contracts.get(type)?.erases === true;

/** `erasedAt`: stream → where among the next events its person is erased; `stuck`: streams with a parked event. */
type Sorting = { erasedAt: Map<string, number>; stuck: Set<string>; readable: Readable[]; aside: Unapplied[] };

/** Sorts an account's next events into readable ones and ones to set aside; stops before one that needs a newer reader. */
function sort(next: Envelope[], { erasedAt, stuck, readable, aside }: Sorting) {
  let reached: Envelope | undefined;
  for (const envelope of next) {
    const stream = `${envelope.accountid}/${envelope.subject}`;
    // An erased event, and one of a person who is erased further on, keeps its place and changes nothing.
    const superseded = envelope.erased || envelope.accountseq < (erasedAt.get(envelope.subject) ?? 0);
    try {
      if (stuck.has(stream)) aside.push({ envelope, reason: 'an earlier event of this stream is parked' });
      else if (!superseded) readable.push({ envelope, event: readEvent(envelope) });
    } catch (error) {
      if (error instanceof UnknownEvent) return { reached, paused: error.message };
      aside.push({ envelope, reason: messageOf(error) });
      stuck.add(stream);
    }
    reached = envelope;
  }
  return { reached, paused: null };
}

const advanced = (checkpoint: Checkpoint, reached: Envelope | undefined, paused: string | null): Checkpoint => ({
  accountId: checkpoint.accountId,
  incarnation: reached?.incarnation ?? checkpoint.incarnation,
  lastSeq: reached?.accountseq ?? checkpoint.lastSeq,
  lastEventId: reached?.id ?? checkpoint.lastEventId,
  paused,
});

/** All at once; if that fails through an event, one at a time to find which. @returns those that failed, to be parked. */
async function handle(tx: PoolClient, source: string, readable: Readable[], handler: Handler): Promise<Unapplied[]> {
  if (readable.length === 0) return [];
  sendAhead(tx, 'savepoint batch');
  try {
    await handler(
      tx,
      source,
      readable.map(({ event }) => event),
    );
    return [];
  } catch (error) {
    if (!isFaultOfEvent(error)) throw error;
    await tx.query('rollback to savepoint batch');
  }
  const failed: Unapplied[] = [];
  const stuck = new Set<string>();
  for (const { envelope, event } of readable) {
    const stream = `${envelope.accountid}/${envelope.subject}`;
    if (stuck.has(stream)) {
      failed.push({ envelope, reason: 'an earlier event of this stream is parked' });
      continue;
    }
    sendAhead(tx, 'savepoint one');
    try {
      await handler(tx, source, [event]);
      sendAhead(tx, 'release savepoint one');
    } catch (error) {
      if (!isFaultOfEvent(error)) throw error;
      await tx.query('rollback to savepoint one');
      failed.push({ envelope, reason: messageOf(error) });
      stuck.add(stream);
    }
  }
  return failed;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
