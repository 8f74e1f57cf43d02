import type { Logger } from '@bitabiz/service-kit/log';
import { refuseOversized, type EventLog, type LogMessage, type SubscribeOptions, type Subscription } from './log.js';
import { partitionOf } from './partition.js';
import { OneAtATime, within } from './pauses.js';
import { PostgresStore } from './postgres-store.js';
import { PostgresSubscription } from './postgres-subscription.js';

type Options = { clientId: string; partitions: number; logger: Logger; retentionDays?: number };

const hour = 3_600_000;

/** The log on Postgres, for one machine without Kafka: the same topics, partitions and offsets in a database of its own. */
export class PostgresLog implements EventLog {
  readonly partitions: number;
  private readonly store: PostgresStore;
  private readonly queue = new OneAtATime();
  private readonly subscriptions = new Set<Subscription>();
  private readonly pruning: NodeJS.Timeout;
  private readonly unheard = new Set<string>();
  private notifying: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly options: Options,
  ) {
    this.partitions = options.partitions;
    this.store = new PostgresStore(url, options.clientId, options.logger);
    this.store.prepare().catch((error: unknown) => options.logger.warn({ error }, 'the log cannot be reached yet'));
    this.pruning = setInterval(() => void this.prune(), hour);
    this.pruning.unref();
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions);
  }

  ensureTopics(topics: string[]): Promise<void> {
    return this.store.ensureTopics(topics, this.partitions);
  }

  async publish(topic: string, messages: LogMessage[]): Promise<void> {
    refuseOversized(messages);
    if (messages.length === 0) return;
    await this.queue.run(() => this.store.publish(topic, messages));
    this.notify(topic);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const { clientId: name, partitions, logger } = this.options;
    const member = new PostgresSubscription({ store: this.store, url: this.url, name, partitions, logger }, options);
    const subscription: Subscription = {
      close: async () => {
        await member.close();
        this.subscriptions.delete(subscription);
      },
    };
    this.subscriptions.add(subscription);
    await member.started;
    return subscription;
  }

  async ready(): Promise<void> {
    await within(5_000, this.store.pool.query('select 1'));
  }

  /** Deletes what is older than the retention. Runs every hour, in one process at a time. */
  async prune(before = new Date(Date.now() - (this.options.retentionDays ?? 7) * 24 * hour)): Promise<void> {
    try {
      const deleted = await this.store.prune(before);
      if (deleted) this.options.logger.info({ deleted }, 'messages beyond the retention were deleted');
    } catch (error) {
      this.options.logger.warn({ error }, 'the log could not be pruned; it is tried again in an hour');
    }
  }

  async close(): Promise<void> {
    clearInterval(this.pruning);
    await Promise.all([...this.subscriptions].map((each) => each.close()));
    await this.notifying;
    await this.store.pool.end();
  }

  /** After the commit and in a statement of its own, because a NOTIFY inside takes one lock for the whole server at commit. */
  private notify(topic: string): void {
    this.unheard.add(topic);
    this.notifying ??= this.notifyAll().finally(() => {
      this.notifying = undefined;
      for (const late of this.unheard) this.notify(late);
    });
  }

  private async notifyAll(): Promise<void> {
    while (this.unheard.size > 0) {
      const topics = [...this.unheard];
      this.unheard.clear();
      // A lost wake-up costs a reader at most its next look, a second later.
      await this.store.pool
        .query("select pg_notify('log_messages', topic) from unnest($1::text[]) topic", [topics])
        .catch(() => undefined);
    }
  }
}
