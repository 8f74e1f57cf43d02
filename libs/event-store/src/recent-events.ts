import type { Envelope } from '@bitabiz/event-contracts';
import { LRUCache } from 'lru-cache';
import type { NewEvent } from './store.js';
import { attributesOf } from './stored-event.js';

/** As long as unwrapped keys are believed: what is erased meanwhile goes out in clear no longer than that (decision 10). */
const rememberedMs = 5_000;
const events = 5_000;

/** Where an event came to stand in its account. */
export type Place = {
  account_id: string;
  account_seq: string;
  event_id: string;
  incarnation: number;
  previd: string | null;
};

type Remembered = { event: NewEvent; version: number; streamVersion: number };

/** What this process sealed a moment ago, so that its own relay need not read and open it again. An event is known by its id and never changes. */
export class RecentEvents {
  private readonly events = new LRUCache<string, Remembered>({ max: events, ttl: rememberedMs, ttlResolution: 100 });

  remember(recent: Remembered): void {
    this.events.set(recent.event.id, recent);
  }

  /** @returns the envelope of the event at this place; undefined when it must be read. */
  find(source: string, place: Place): Envelope | undefined {
    const recent = this.events.get(place.event_id);
    if (!recent) return undefined;
    const { event, version, streamVersion } = recent;
    const row = {
      ...place,
      stream: event.stream,
      stream_version: streamVersion,
      type: event.type,
      version,
      happened_at: event.time,
      actor: event.actor,
      causation_id: event.causationId,
      correlation_id: event.correlationId,
    };
    return { ...attributesOf(source, row), data: event.data };
  }
}
