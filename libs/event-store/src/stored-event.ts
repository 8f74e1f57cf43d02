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

/** Opens sealed events. One whose key is gone becomes an erased envelope: it keeps its place, its content is gone (decision 10). */
export async function envelopesOf(source: string, rows: StoredEvent[], keys?: KeyRing): Promise<Envelope[]> {
  const payloadOf = await opener(rows, keys);
  return rows.map((row) => {
    const payload = payloadOf(row);
    const data: unknown = payload ? JSON.parse(payload.toString('utf8')) : null;
    return { ...attributesOf(source, row), data, ...(!payload && erased) };
  });
}

/** The same envelopes as NDJSON. A payload is stored as JSON, so it goes into its line as it is. */
export async function linesOf(source: string, rows: StoredEvent[], keys?: KeyRing): Promise<Buffer> {
  const payloadOf = await opener(rows, keys);
  return Buffer.concat(
    rows.flatMap((row) => {
      const payload = payloadOf(row);
      const attributes = attributesOf(source, row);
      if (!payload) return [Buffer.from(`${JSON.stringify({ ...attributes, data: null, ...erased })}\n`)];
      return [Buffer.from(`${JSON.stringify(attributes).slice(0, -1)},"data":`), payload, lineEnd];
    }),
  );
}

const erased = { erased: true } as const;
const lineEnd = Buffer.from('}\n');

/** Fetches all keys at once. @returns what gives a row's payload in clear, or undefined when its key is gone. */
async function opener(rows: StoredEvent[], keys?: KeyRing): Promise<(row: StoredEvent) => Buffer | undefined> {
  const sealed = rows.flatMap((row) => (row.key_id === null ? [] : [row.key_id]));
  const found = sealed.length > 0 ? await keys?.find(sealed) : undefined;
  return (row) => {
    if (row.key_id === null) return row.data;
    const key = found?.get(row.key_id);
    return key && open(key, row.data, `${row.account_id}/${row.event_id}`);
  };
}

/** Everything of an envelope but what the event says. */
export const attributesOf = (source: string, row: Omit<StoredEvent, 'key_id' | 'data'>): Omit<Envelope, 'data'> => ({
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
});
