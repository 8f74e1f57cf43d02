import { randomBytes, randomUUID } from 'node:crypto';
import { contracts, type Envelope } from '@bitabiz/event-contracts';
import type { Pool } from 'pg';
import type { KeyRing } from './key-ring.js';
import { nonceBytes, seal } from './seal.js';

type Sealed = { keyId: string | null; data: Buffer };

/**
 * Brings events of one account back as they were, with their ids, sequences and times, after the store was restored to a point before
 * them (decision 9). They must follow each other and the account's last event. Personal ones are sealed with their employee's key;
 * one whose key is gone, and one that the log carries as erased, comes back as erased.
 * @returns false when the account does not stand where they go on.
 * @throws when an event's type is not known: this version of the service is too old to bring it back.
 */
export async function appendAgain(app: Pool, keys: KeyRing | undefined, events: Envelope[]): Promise<boolean> {
  const [first] = events;
  if (!first) return true;
  const accountId = first.accountid;
  const sealed = await sealAgain(app, keys, events);
  const { rows } = await app.query<{ stored: boolean }>(
    `select store.append_again($1, $2, $3, $4::uuid[], $5::text[], $6::int[], $7::text[], $8::int[], $9::timestamptz[], $10::text[],
      $11::text[], $12::text[], $13::int[], $14::uuid[], $15::bytea[]) as stored`,
    [
      accountId,
      first.accountseq - 1,
      first.previd,
      events.map((event) => event.id),
      events.map((event) => event.subject),
      events.map((event) => event.streamversion),
      events.map((event) => event.type),
      events.map((event) => Number(event.dataschema.split(':').at(-1))),
      events.map((event) => event.time),
      events.map((event) => event.actor),
      events.map((event) => event.causationid),
      events.map((event) => event.correlationid),
      events.map((event) => event.incarnation),
      sealed.map((each) => each.keyId),
      sealed.map((each) => each.data),
    ],
  );
  return rows[0]?.stored ?? false;
}

async function sealAgain(app: Pool, keys: KeyRing | undefined, events: Envelope[]): Promise<Sealed[]> {
  const personal = events.filter((event) => isPersonal(event) && !event.erased);
  const keyIds = await keyIdsOf(app, keys, personal);
  const found = (await keys?.find(keyIds.values())) ?? new Map();
  return events.map((event) => {
    if (!isPersonal(event)) return { keyId: null, data: Buffer.from(JSON.stringify(event.data)) };
    const keyId = keyIds.get(event.subject);
    const key = keyId && found.get(keyId);
    // A key that never was: the event keeps its place and shows as erased.
    if (event.erased || !key) return { keyId: keyId ?? randomUUID(), data: Buffer.alloc(0) };
    const text = Buffer.from(JSON.stringify(event.data));
    return { keyId, data: seal(key, text, randomBytes(nonceBytes), `${event.accountid}/${event.id}`) };
  });
}

/** A person's own key where the store knows it; a new one for somebody who begins in the tail. */
async function keyIdsOf(app: Pool, keys: KeyRing | undefined, events: Envelope[]): Promise<Map<string, string>> {
  const streams = [...new Set(events.map((event) => event.subject))];
  if (streams.length === 0) return new Map();
  if (!keys) throw new Error('personal events need a key ring');
  const { rows } = await app.query<{ stream: string; key_id: string }>(
    'select stream, key_id from store.last_keys($1, $2::text[])',
    [events[0]?.accountid, streams],
  );
  const keyIds = new Map(rows.map((row) => [row.stream, row.key_id]));
  const begun = streams.filter((stream) => !keyIds.has(stream));
  const fresh = await keys.take(begun.length);
  begun.forEach((stream, index) => keyIds.set(stream, fresh[index]?.id ?? ''));
  return keyIds;
}

function isPersonal({ type }: Envelope): boolean {
  const known = contracts.get(type);
  if (!known)
    throw new Error(
      `events of the type ${type} are to be brought back and this version does not know it: start a newer one`,
    );
  return known.personal;
}
