import { Envelope } from '@bitabiz/event-contracts';
import * as z from 'zod';

/** Says that everything published before `at` is in this partition, and which accounts of it had events since the heartbeat before. */
export const Heartbeat = z.object({
  kind: z.literal('heartbeat'),
  source: z.string(),
  /** ISO time: nothing appended before it is missing from the log. */
  at: z.string(),
  /** Account, its last published sequence and the id of that event. */
  accounts: z.array(z.object({ account: z.string(), seq: z.number(), id: z.string() })),
});
export type Heartbeat = z.output<typeof Heartbeat>;

const Record = z.discriminatedUnion('kind', [z.object({ kind: z.literal('event'), event: Envelope }), Heartbeat]);

/** A record that nobody of this system wrote: it changes nothing, and if it was to be an event, its account's gap is repaired. */
export type Unreadable = { kind: 'unreadable'; reason: string };
export type Decoded = z.output<typeof Record> | Unreadable;

export const encodeEvent = (event: Envelope): string => JSON.stringify({ kind: 'event', event });

export const encodeHeartbeat = (heartbeat: Omit<Heartbeat, 'kind'>): string =>
  JSON.stringify({ kind: 'heartbeat', ...heartbeat } satisfies Heartbeat);

export function decodeRecord(value: string): Decoded {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch (error) {
    return { kind: 'unreadable', reason: String(error) };
  }
  const parsed = Record.safeParse(json);
  return parsed.success ? parsed.data : { kind: 'unreadable', reason: z.prettifyError(parsed.error) };
}
