import * as z from 'zod';
import { UnknownEvent, UnreadableEvent, type AnyContract, type Source } from './contract.js';
import { contracts } from './registry.js';

/**
 * CloudEvents 1.0 with this system's extensions (decision 9). `previd` is the id of the account's event before this one and
 * is worked out when reading: equal sequence numbers do not mean equal history, equal `previd`s do.
 */
export const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  accountid: z.uuid(),
  streamversion: z.int().positive(),
  accountseq: z.int().positive(),
  previd: z.uuid().nullable(),
  actor: z.string(),
  causationid: z.string(),
  correlationid: z.string(),
  incarnation: z.int().nonnegative(),
  data: z.unknown(),
  /** The person was erased before the event was read: `data` is null and stays so. */
  erased: z.literal(true).optional(),
});
export type Envelope = z.output<typeof Envelope>;

/** `urn:bitabiz:event:<type>:<version>`, the CloudEvents `dataschema`. */
export const dataschema = (type: string, version: number) => `urn:bitabiz:event:${type}:${version}`;

/** The topic on which a service's events travel. */
export const topicOf = (source: Source) => `${source}.events`;

/** An event as projections see it: the newest version of its payload and where it stands in its account's history. */
export type Recorded<E extends { type: string; data: unknown }> = E & {
  id: string;
  accountId: string;
  stream: string;
  streamVersion: number;
  seq: number;
  time: string;
  actor: string;
  correlationId: string;
};

/**
 * Reads an envelope's payload by its contract.
 * @throws UnknownEvent for a type or version this reader does not know, UnreadableEvent for a payload that breaks its schema.
 */
export function readEvent<E extends { type: string; data: unknown }>(envelope: Envelope): Recorded<E> {
  const known: AnyContract | undefined = contracts.get(envelope.type);
  if (!known) throw new UnknownEvent(`${envelope.type} is not known to this reader`);
  const version = Number(envelope.dataschema.slice(envelope.dataschema.lastIndexOf(':') + 1));
  if (!Number.isInteger(version)) throw new UnreadableEvent(`${envelope.type}: no version in ${envelope.dataschema}`);
  return {
    type: envelope.type,
    data: known.read(envelope.data, version),
    id: envelope.id,
    accountId: envelope.accountid,
    stream: envelope.subject,
    streamVersion: envelope.streamversion,
    seq: envelope.accountseq,
    time: envelope.time,
    actor: envelope.actor,
    correlationId: envelope.correlationid,
  } as unknown as Recorded<E>;
}
