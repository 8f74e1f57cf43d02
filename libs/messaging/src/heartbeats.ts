import type { EventLog, LogMessage } from './log.js';
import { encodeHeartbeat } from './record.js';

type Head = { account: string; seq: number; id: string };

/** Of a hundred bytes each, so a heartbeat stays far below what the log takes. */
const mostAccounts = 2_000;

/** Gathers what was published, for the heartbeats: a reader that missed a last event learns it from the next one (decision 4). */
export class Heartbeats {
  private heads = new Map<string, Head>();

  constructor(
    private readonly source: string,
    private readonly log: EventLog,
  ) {}

  published(account: string, seq: number, id: string): void {
    const known = this.heads.get(account);
    if (!known || seq >= known.seq) this.heads.set(account, { account, seq, id });
  }

  /** Publishes one to every partition, an empty one too: its age is the age of the reader's picture. What fails to go out stays for the next. */
  async send(topic: string, at: Date): Promise<void> {
    const sent = this.heads;
    const byPartition = Map.groupBy(sent.values(), (head) => this.log.partitionOf(head.account));
    const messages: LogMessage[] = [];
    for (let partition = 0; partition < this.log.partitions; partition++) {
      const heads = byPartition.get(partition) ?? [];
      for (let from = 0; from === 0 || from < heads.length; from += mostAccounts) {
        const accounts = heads.slice(from, from + mostAccounts);
        const value = encodeHeartbeat({ source: this.source, at: at.toISOString(), accounts });
        messages.push({ partition, key: this.source, value });
      }
    }
    await this.log.publish(topic, messages);
    this.heads = new Map();
  }
}
