import type { Logger } from '@bitabiz/service-kit/log';
import { fairShare } from './fair-share.js';
import type { SubscribeOptions, Subscription } from './log.js';
import { Alarm, growingPause } from './pauses.js';
import { Membership } from './postgres-membership.js';
import { PostgresReader } from './postgres-reader.js';
import type { Partition, PostgresStore } from './postgres-store.js';

const tickMs = 1_000;

type Context = { store: PostgresStore; url: string; name: string; partitions: number; logger: Logger };

/** A member of a group that joins again whenever its connection breaks. */
export class PostgresSubscription implements Subscription {
  private readonly alarm = new Alarm();
  private closing = false;
  private assigned: string | undefined;
  private readonly ended: Promise<void>;
  private joined: () => void = () => undefined;
  /** Resolves when the member has its first partitions, or could not reach the log. */
  readonly started = new Promise<void>((resolve) => (this.joined = resolve));

  constructor(
    private readonly context: Context,
    private readonly options: SubscribeOptions,
  ) {
    this.ended = this.run();
  }

  async close(): Promise<void> {
    this.closing = true;
    this.alarm.ring();
    await this.ended;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closing) {
      try {
        await this.member(() => (failures = 0));
      } catch (error) {
        failures += 1;
        const ms = growingPause(failures) / 2;
        this.context.logger.warn(
          { group: this.options.group, error, ms },
          'the log cannot be followed; it is tried again',
        );
        this.joined();
        await this.alarm.wait(ms);
      }
    }
  }

  private async member(onJoined: () => void): Promise<void> {
    const { store, url, name, logger } = this.context;
    const { group, topics } = this.options;
    await store.ensureTopics(topics, this.context.partitions);
    const partitions = await store.partitionsOf(topics);
    const groupId = await store.groupId(group);
    const reader = new PostgresReader(store, groupId, this.options, logger, () => this.alarm.ring());
    const topicIds = [...new Set(partitions.map((each) => each.topicId))];
    const membership = await Membership.join(url, `${name} ${group}`, groupId, topicIds, {
      message: (topic) => topics.includes(topic) && reader.pump(),
      group: () => this.alarm.ring(),
    });
    void membership.lost.then(() => this.alarm.ring());
    onJoined();
    try {
      while (!this.closing) {
        await this.tick(membership, reader, partitions);
        this.joined();
        await this.alarm.wait(tickMs);
      }
    } finally {
      await reader.drop();
      await membership.leave();
    }
  }

  private async tick(membership: Membership, reader: PostgresReader, partitions: Partition[]): Promise<void> {
    const { members, news } = await membership.look(reader.positions);
    const share = fairShare(partitions, members, membership.pid);
    const free = await reader.release(share);
    if (free.length > 0) await membership.give(free);
    const owned = new Set(reader.partitions.map((each) => each.id));
    const missing = [...share].filter((id) => !owned.has(id));
    const taken = missing.length > 0 ? await membership.take(missing) : [];
    for (const { id, next } of taken) {
      const partition = partitions.find((each) => each.id === id);
      if (partition) reader.add(partition, next);
    }
    this.tell(reader);
    if (news || taken.length > 0) reader.pump();
  }

  private tell(reader: PostgresReader): void {
    const now = reader.partitions.map(({ topic, partition }) => ({ topic, partition }));
    const text = JSON.stringify(now);
    if (text === this.assigned) return;
    this.assigned = text;
    this.options.onAssigned?.(now);
  }
}
