import { dataschema, type Envelope } from '@bitabiz/event-contracts';
import type { KeyRing } from './key-ring.js';
import { open } from './seal.js';

/** The columns of store.events that make an envelope, with the id of the account's event before it. */
export const eventColumns = `e.account_id, e.account_seq, e.stream, e.stream_version, e.event_id, e.type, e.version, e.happened_at,
  e.actor, e.causation_id, e.correlation_id, e.incarnation, e.key_id, e.data`;

export type StoredEvent = {
  account_id: string;
  account_seq: string;
  stream: string;
  stream_version: number;
  event_id: string;
  type: string;
  version: number;
  happened_at: Date;
  actor: string;
  causation_id: string;
  correlation_id: string;
  incarnation: number;
  key_id: string | null;
  data: Buffer;
  previd: string | null;
};

/** @param data what the event says, opened; null and `erased` when its key is gone. */
export const toEnvelope = (source: string, row: Omit<StoredEvent, 'key_id' | 'data'>, data: unknown): Envelope => ({
  specversion: '1.0',
  id: row.event_id,
  type: row.type,
  source,
  subject: row.stream,
  time: row.happened_at.toISOString(),
  datacontenttype: 'application/json',
  dataschema: dataschema(row.type, row.version),
  accountid: row.account_id,
  streamversion: row.stream_version,
  accountseq: Number(row.account_seq),
  previd: row.previd,
  actor: row.actor,
  causationid: row.causation_id,
  correlationid: row.correlation_id,
  incarnation: row.incarnation,
  data,
});

/** Opens sealed events. One whose key is gone becomes an erased envelope: it keeps its place, its content is gone (decision 10). */
export async function envelopesOf(source: string, rows: StoredEvent[], keys?: KeyRing): Promise<Envelope[]> {
  const sealed = rows.flatMap((row) => (row.key_id === null ? [] : [row.key_id]));
  const found = sealed.length > 0 ? await keys?.find(sealed) : undefined;
  return rows.map((row) => {
    const key = row.key_id === null ? undefined : found?.get(row.key_id);
    if (row.key_id !== null && !key) return { ...toEnvelope(source, row, null), erased: true };
    const text = key ? open(key, row.data, `${row.account_id}/${row.event_id}`) : row.data;
    return toEnvelope(source, row, JSON.parse(text.toString('utf8')));
  });
}
