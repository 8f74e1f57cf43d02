import type { Envelope } from '@bitabiz/event-contracts';
import { LogRefused, type EventLog, type LogMessage } from '@bitabiz/messaging/log';
import { partitionOf } from '@bitabiz/messaging/partition';
import { decodeRecord, type Heartbeat } from '@bitabiz/messaging/record';

/** A log that keeps what it acknowledged and fails when it is told to. */
export class MemoryLog implements EventLog {
  readonly partitions = 4;
  readonly acknowledged: LogMessage[] = [];
  publishes = 0;
  overlapping = false;
  down = false;
  refuses: (message: LogMessage) => boolean = () => false;
  beforeAck: () => Promise<void> | void = () => undefined;
  topics: string[] = [];
  private busy = false;

  partitionOf = (key: string) => partitionOf(key, this.partitions);
  ensureTopics = async (topics: string[]) => void (this.topics = topics);
  ready = async () => undefined;
  close = async () => undefined;
  subscribe = async () => ({ close: async () => undefined });

  async publish(_topic: string, messages: LogMessage[]): Promise<void> {
    this.overlapping ||= this.busy;
    this.busy = true;
    this.publishes += 1;
    try {
      await this.beforeAck();
      if (this.down) throw new Error('connect ECONNREFUSED');
      const bad = messages.find((message) => this.refuses(message));
      if (bad) throw new LogRefused('message too large');
      this.acknowledged.push(...messages);
    } finally {
      this.busy = false;
    }
  }

  get events(): Envelope[] {
    return this.acknowledged.flatMap(({ value }) => {
      const record = decodeRecord(value);
      return record.kind === 'event' ? [record.event] : [];
    });
  }

  get heartbeats(): (Heartbeat & { partition: number })[] {
    return this.acknowledged.flatMap(({ value, partition }) => {
      const record = decodeRecord(value);
      return record.kind === 'heartbeat' ? [{ ...record, partition }] : [];
    });
  }

  of(account: string): unknown[] {
    return this.events.filter((event) => event.accountid === account).map((event) => event.data);
  }
}
