import type { Envelope } from '@bitabiz/event-contracts';
import { sqlFile } from '@bitabiz/service-kit/migrations';
import { sendAhead } from '@bitabiz/service-kit/database';
import { wallsSql } from '@bitabiz/service-kit/walls';
import type { PoolClient } from 'pg';
import { parkedStreams } from './parked.js';

/** The tables of checkpoints and parked references, without a schema name. */
export const checkpointsSql = [
  sqlFile(import.meta.url, './checkpoints.table.sql'),
  ...['checkpoints', 'parked'].map((table) =>
    wallsSql(table, { app: 'select', batch: 'select, insert, update, delete' }),
  ),
].join('\n');

/** The last event of an account that a projection has applied. */
export type Checkpoint = {
  accountId: string;
  incarnation: number;
  lastSeq: number;
  lastEventId: string | null;
  paused: string | null;
};

type Row = {
  account_id: string;
  incarnation: number;
  last_seq: string;
  last_event_id: string | null;
  paused: string | null;
};

const columns = 'account_id, incarnation, last_seq, last_event_id, paused';

const asCheckpoint = (row: Row): Checkpoint => ({
  accountId: row.account_id,
  incarnation: row.incarnation,
  lastSeq: Number(row.last_seq),
  lastEventId: row.last_event_id,
  paused: row.paused,
});

/** Where each account stands, and which of their streams are `stuck`: they have a parked event (`account/stream`). */
export type Standing = { checkpoints: Map<string, Checkpoint>; stuck: Set<string> };

/** Locks the checkpoints of these accounts, in the order of the account so that two consumers never wait for each other. */
export async function lockCheckpoints(tx: PoolClient, source: string, accountIds: string[]): Promise<Standing> {
  const ordered = [...accountIds].sort();
  const lock = async () => {
    const locked = tx.query<Row>({
      name: 'checkpoints-lock',
      text: `select ${columns} from checkpoints where source = $1 and account_id = any($2::uuid[]) order by account_id for update`,
      values: [source, ordered],
    });
    // Sent along; it runs, and sees what there is, once the locks are held.
    const [{ rows }, stuck] = await Promise.all([locked, parkedStreams(tx, source, ordered)]);
    return { checkpoints: new Map(rows.map((row) => [row.account_id, asCheckpoint(row)])), stuck };
  };
  const standing = await lock();
  if (standing.checkpoints.size === ordered.length) return standing;
  sendAhead(
    tx,
    `insert into checkpoints (source, account_id, incarnation, last_seq)
     select $1, a, 0, 0 from unnest($2::uuid[]) a order by a on conflict do nothing`,
    [source, ordered],
  );
  return lock();
}

/** Reads without locking, for comparison with heads. */
export async function readCheckpoints(
  tx: Pick<PoolClient, 'query'>,
  source: string,
  accountIds: string[],
): Promise<Map<string, Checkpoint>> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from checkpoints where source = $1 and account_id = any($2::uuid[])`,
    [source, accountIds],
  );
  return new Map(rows.map((row) => [row.account_id, asCheckpoint(row)]));
}

export async function moveCheckpoints(tx: PoolClient, source: string, moved: Checkpoint[]): Promise<void> {
  await tx.query({
    name: 'checkpoints-move',
    text: `update checkpoints c set incarnation = m.incarnation, last_seq = m.last_seq, last_event_id = m.last_event_id, paused = m.paused
      from unnest($2::uuid[], $3::int[], $4::bigint[], $5::uuid[], $6::text[]) m(account_id, incarnation, last_seq, last_event_id, paused)
      where c.source = $1 and c.account_id = m.account_id`,
    values: [
      source,
      moved.map((each) => each.accountId),
      moved.map((each) => each.incarnation),
      moved.map((each) => each.lastSeq),
      moved.map((each) => each.lastEventId),
      moved.map((each) => each.paused),
    ],
  });
}

/**
 * - `next`: events that follow the checkpoint, in order
 * - `behind`: something between the checkpoint and these events is missing: fetch it from the feed
 * - `suspect`: equal numbers but another history (a restored source): ask the feed before anything is skipped (decision 9)
 */
export type Following = { next: Envelope[]; problem?: 'behind' | 'suspect' };

/** Which of an account's events come next: lower is skipped, the next applied, higher tells of a gap. */
export function following(checkpoint: Checkpoint, events: Envelope[]): Following {
  const next: Envelope[] = [];
  let { lastSeq, lastEventId } = checkpoint;
  for (const event of events) {
    if (event.accountseq <= lastSeq) {
      if (isOtherHistory(checkpoint, lastSeq, lastEventId, event)) return { next, problem: 'suspect' };
      continue;
    }
    if (event.accountseq > lastSeq + 1) return { next, problem: 'behind' };
    if (event.previd !== lastEventId) return { next, problem: 'suspect' };
    next.push(event);
    lastSeq = event.accountseq;
    lastEventId = event.id;
  }
  return { next };
}

function isOtherHistory(checkpoint: Checkpoint, lastSeq: number, lastEventId: string | null, event: Envelope): boolean {
  if (event.accountseq === lastSeq) return event.id !== lastEventId;
  return event.incarnation > checkpoint.incarnation;
}
