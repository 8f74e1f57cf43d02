import type { Envelope } from '@bitabiz/event-contracts';
import type { PoolClient } from 'pg';

export type ParkedEvent = {
  source: string;
  accountId: string;
  seq: number;
  stream: string;
  eventId: string;
  type: string;
  reason: string;
  parkedAt: string;
};

/** Sets events aside as references; the later events of the same streams follow them (decision 6). */
export async function park(
  tx: PoolClient,
  source: string,
  events: { envelope: Envelope; reason: string }[],
  now: Date,
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into parked (source, account_id, seq, stream, event_id, type, reason, parked_at)
     select $1, a, s, st, i, t, r, $8 from unnest($2::uuid[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::text[]) p(a, s, st, i, t, r)
     on conflict do nothing`,
    [
      source,
      events.map(({ envelope }) => envelope.accountid),
      events.map(({ envelope }) => envelope.accountseq),
      events.map(({ envelope }) => envelope.subject),
      events.map(({ envelope }) => envelope.id),
      events.map(({ envelope }) => envelope.type),
      events.map(({ reason }) => reason.slice(0, 500)),
      now,
    ],
  );
}

/** The streams of these accounts that have a parked event, as `account/stream`. */
export async function parkedStreams(tx: PoolClient, source: string, accountIds: string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ account_id: string; stream: string }>({
    name: 'parked-streams',
    text: 'select distinct account_id, stream from parked where source = $1 and account_id = any($2::uuid[])',
    values: [source, accountIds],
  });
  return new Set(rows.map((row) => `${row.account_id}/${row.stream}`));
}

/** @returns every parked event, oldest first, for an operator. */
export async function listParked(tx: Pick<PoolClient, 'query'>, limit = 1000): Promise<ParkedEvent[]> {
  const { rows } = await tx.query(
    `select source, account_id as "accountId", seq::int as seq, stream, event_id as "eventId", type, reason, parked_at as "parkedAt"
     from parked order by parked_at, account_id, seq limit $1`,
    [limit],
  );
  return rows;
}

/** Forgets the parked events of one stream. @returns how many there were. */
export async function discardParked(
  tx: PoolClient,
  source: string,
  accountId: string,
  stream: string,
): Promise<number> {
  const { rowCount } = await tx.query('delete from parked where source = $1 and account_id = $2 and stream = $3', [
    source,
    accountId,
    stream,
  ]);
  return rowCount ?? 0;
}
