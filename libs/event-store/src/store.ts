import { randomBytes } from 'node:crypto';
import { Refused } from '@bitabiz/service-kit/refused';
import type { Pool, PoolClient } from 'pg';
import { appendCalls, definitionOf, layOut, type Sealed } from './append-call.js';
import type { KeyRing } from './key-ring.js';
import type { RecentEvents } from './recent-events.js';
import { nonceBytes, seal } from './seal.js';

/** An event that a decision led to. Time and ids come from the caller; the sequence number from the store. */
export type NewEvent = {
  id: string;
  stream: string;
  type: string;
  data: unknown;
  time: Date;
  actor: string;
  causationId: string;
  correlationId: string;
};

/** The state of a stream that a decision looked at; its version is checked again under the account's lock. */
export type StreamRead = { stream: string; version: number; keyId?: string | null };

export type Claim = { key: string; stream: string };

export type Batch = {
  reads: StreamRead[];
  releases: Claim[];
  claims: Claim[];
  events: NewEvent[];
  /** What `store.write_rows` gets: the service's own read rows, in the same transaction. Called with the key id of each stream. */
  rows?: (keyIds: ReadonlyMap<string, string>) => unknown;
};

export type Appended =
  | { status: 'stored'; firstSeq: number; lastSeq: number }
  | { status: 'conflict'; streams: { stream: string; expected: number; actual: number }[] }
  | { status: 'taken'; claims: Claim[] };

/** The largest event that is stored, in bytes (decision 2). */
export const largestEvent = 256 * 1024;

type Row = { n: number; status: Appended['status']; first_seq: string; last_seq: string; detail: never };

/** A batch made ready once, so that it can be sent again with the same ids and the same bytes. */
export type Prepared = { values: unknown[] };

export class EventStore {
  constructor(
    private readonly keys?: KeyRing,
    private readonly recent?: RecentEvents,
  ) {}

  /**
   * Seals and lays out a batch. Streams that begin here get a new key.
   * @returns what `append` sends.
   * @throws Refused `event.tooLarge`, before anything is stored.
   */
  async prepare(accountId: string, batch: Batch): Promise<Prepared> {
    const keyIds = await this.keyIdsOf(batch);
    const keys = (await this.keys?.find(keyIds.values())) ?? new Map();
    const versions = new Map(batch.reads.map((read) => [read.stream, read.version]));
    const nonces = randomBytes(batch.events.length * nonceBytes);
    const sealed: Sealed[] = batch.events.map((event, index) => {
      const text = Buffer.from(JSON.stringify(event.data));
      if (text.length > largestEvent) {
        throw new Refused(
          'event.tooLarge',
          `${event.type} has ${text.length} bytes; the limit is ${largestEvent}`,
          'tooLarge',
        );
      }
      if (!definitionOf(event.type).personal) return { data: text, keyId: null };
      const keyId = keyIds.get(event.stream);
      const key = keyId && keys.get(keyId);
      if (!key) throw new Refused('user.erased', 'This person was erased and cannot be changed', 'unknown');
      const nonce = nonces.subarray(index * nonceBytes, (index + 1) * nonceBytes);
      return { data: seal(key, text, nonce, `${accountId}/${event.id}`), keyId };
    });
    const streamVersions = batch.events.map((event) => {
      const version = (versions.get(event.stream) ?? 0) + 1;
      versions.set(event.stream, version);
      this.recent?.remember({ event, version: definitionOf(event.type).version, streamVersion: version });
      return version;
    });
    return { values: layOut(accountId, batch, sealed, streamVersions, batch.rows?.(keyIds)) };
  }

  /** One round trip, one transaction. Safe to repeat with the same prepared batch when the connection died (decision 2). */
  async append(connection: Pool | PoolClient, prepared: Prepared): Promise<Appended> {
    const { rows } = await connection.query<Row>({ ...appendCalls(1), values: prepared.values });
    return outcome(rows[0]);
  }

  /**
   * Batches of several accounts in one round trip and one transaction: each is judged for itself, and the accounts are locked in ascending
   * order (decision 2). An error stores none of them, and so does an account that stays locked for 20 ms.
   * @returns the answers in the order of `prepared`.
   */
  async appendAll(connection: Pool | PoolClient, prepared: readonly Prepared[]): Promise<Appended[]> {
    const ordered = prepared.toSorted((a, b) => (String(a.values[0]) < String(b.values[0]) ? -1 : 1));
    const { rows } = await connection.query<Row>({
      ...appendCalls(ordered.length),
      values: ordered.flatMap(({ values }) => values),
    });
    const answers = new Map(rows.map((row) => [ordered[row.n], row]));
    return prepared.map((each) => outcome(answers.get(each)));
  }

  /** Events derived inside a consumer's own transaction; their stream versions are worked out under the account's lock (decision 7). */
  async appendDerived(tx: PoolClient, accountId: string, events: NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const sealed = events.map((event) => ({ data: Buffer.from(JSON.stringify(event.data)), keyId: null }));
    const batch: Batch = { reads: [], releases: [], claims: [], events };
    await tx.query({ ...appendCalls(1), values: layOut(accountId, batch, sealed, null, undefined) });
  }

  private async keyIdsOf(batch: Batch): Promise<Map<string, string>> {
    const keyIds = new Map<string, string>();
    const begun = new Set(batch.reads.filter((read) => read.version > 0).map((read) => read.stream));
    for (const read of batch.reads) if (read.keyId) keyIds.set(read.stream, read.keyId);
    const fresh = new Set<string>();
    for (const { stream, type } of batch.events) {
      if (!begun.has(stream) && definitionOf(type).personal) fresh.add(stream);
    }
    if (fresh.size === 0) return keyIds;
    if (!this.keys) throw new Error('personal events need a key ring');
    const taken = await this.keys.take(fresh.size);
    [...fresh].forEach((stream, index) => keyIds.set(stream, taken[index]?.id ?? ''));
    return keyIds;
  }
}

/** Holds the account's lock until the transaction ends, as every append does: nothing is appended meanwhile. */
export async function lockAccount(tx: PoolClient, accountId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 20261))', [accountId]);
}

function outcome(row: Row | undefined): Appended {
  if (!row) throw new Error('store.append answered nothing');
  if (row.status === 'stored')
    return { status: 'stored', firstSeq: Number(row.first_seq), lastSeq: Number(row.last_seq) };
  if (row.status === 'conflict') return { status: 'conflict', streams: row.detail };
  return { status: 'taken', claims: row.detail };
}
