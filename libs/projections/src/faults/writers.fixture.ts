import { randomUUID } from 'node:crypto';
import { foldKey } from '@bitabiz/event-contracts/fold';
import {
  CommandQueue,
  type Batch,
  type Claim,
  type Decision,
  type EventStore,
  type NewEvent,
} from '@bitabiz/event-store';
import { Refused } from '@bitabiz/service-kit/refused';
import { userCreated } from '@bitabiz/testing/history';
import type { Pool } from 'pg';

/**
 * Creates a person who is not there yet, suspends an active one, reactivates a suspended one. Nobody becomes active while the partner is:
 * a decision that reads another stream, which may change meanwhile.
 */
export type Command = { userId: string; partner?: string };
export type Acknowledged = { accountId: string; eventId: string };
type State = { version: number; keyId: string | null; active: boolean };
type Row = { stream: string; stream_version: number; key_id: string; type: string };

/** What a gateway does, in small: commands through the queue, decided on what was read. */
export class Writers {
  readonly refused: unknown[] = [];
  private readonly queue: CommandQueue<Command, string>;

  constructor(
    private readonly pool: Pool,
    private readonly reading: Pool,
    store: EventStore,
    onStored: () => void,
    private readonly acknowledged: Acknowledged[],
  ) {
    this.queue = new CommandQueue(pool, store, (accountId, commands) => this.open(accountId, commands), {
      onStored,
      // Not the partner, whose stream is read too: that it changes meanwhile, the append has to find.
      keysOf: ({ userId }) => new Set([userId]),
    });
  }

  /** @returns after the acknowledgement or the refusal. */
  async change(accountId: string, userId: string, partner?: string): Promise<void> {
    try {
      const eventId = await this.queue.submit(accountId, { userId, ...(partner !== undefined && { partner }) });
      this.acknowledged.push({ accountId, eventId });
    } catch (error) {
      this.refused.push(error);
    }
  }

  private async open(accountId: string, commands: Command[]): Promise<Decision<Command, string>> {
    const streams = [...new Set(commands.flatMap(streamsOf))];
    const { rows } = await this.reading.query<Row>(
      `select s.stream, e.* from unnest($2::text[]) s(stream) cross join lateral
        (select stream_version, key_id, type from store.events where account_id = $1 and stream = s.stream
         order by stream_version desc limit 1) e`,
      [accountId, streams],
    );
    return decide(streams, new Map(rows.map((row) => [row.stream, stateOf(row)])));
  }
}

const streamsOf = ({ userId, partner }: Command) =>
  [userId, partner].flatMap((id) => (id === undefined ? [] : [`user/${id}`]));

const stateOf = ({ stream_version, key_id, type }: Row): State => ({
  version: stream_version,
  keyId: key_id,
  active: type !== 'UserSuspended',
});

function decide(streams: string[], read: Map<string, State>): Decision<Command, string> {
  const reads = streams.map((stream) => ({ stream, version: 0, ...pick(read.get(stream)) }));
  const active = new Map([...read].map(([stream, state]) => [stream, state.active]));
  const events: NewEvent[] = [];
  const claims: Claim[] = [];
  return {
    decide({ userId, partner }) {
      const stream = `user/${userId}`;
      const known = active.get(stream);
      if (!known && active.get(`user/${partner}`)) throw new Refused('partner.active', 'The partner is active');
      active.set(stream, !known);
      if (known === undefined) claims.push({ key: foldKey(nameOf(userId)), stream });
      const event = newEvent(stream, known === undefined ? hired(userId) : turned(userId, known));
      events.push(event);
      return event.id;
    },
    batch: (): Batch => ({ reads, releases: [], claims, events }),
  };
}

const pick = (state: State | undefined) => (state ? { version: state.version, keyId: state.keyId } : {});
const nameOf = (userId: string) => `${userId}@nordlys.example`;

export const hired = (userId: string) =>
  userCreated('ada', { userId, scimId: userId, userName: nameOf(userId), email: nameOf(userId) });

const turned = (userId: string, active: boolean) =>
  active
    ? { type: 'UserSuspended', data: { userId, origin: 'provisioning', terminatedOn: '2026-11-25' } }
    : { type: 'UserReactivated', data: { userId, origin: 'provisioning', matchedBy: 'id' } };

export const newEvent = (stream: string, { type, data }: { type: string; data: object }): NewEvent => ({
  id: randomUUID(),
  stream,
  type,
  data,
  time: new Date(),
  actor: 'operator',
  causationId: 'test',
  correlationId: 'test',
});
