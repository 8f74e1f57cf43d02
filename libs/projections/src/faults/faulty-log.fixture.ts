import type { EventLog, LogMessage, LogRecord } from '@bitabiz/messaging/log';
import type { Random } from '@bitabiz/testing/random';

const without = (log: EventLog, changed: Partial<EventLog>): EventLog => ({
  partitions: log.partitions,
  partitionOf: (key) => log.partitionOf(key),
  ensureTopics: (topics) => log.ensureTopics(topics),
  publish: (topic, messages) => log.publish(topic, messages),
  subscribe: (options) => log.subscribe(options),
  ready: () => log.ready(),
  close: () => log.close(),
  ...changed,
});

/** Delivers records twice, in another order, and some late or never: less than any log promises. */
export const delivering =
  (random: Random) =>
  (log: EventLog): EventLog => {
    const kept: LogRecord[] = [];
    const damaged = (records: LogRecord[]): LogRecord[] => {
      const again = records.filter(() => random.chance(20));
      const there = records.filter(() => !random.chance(10));
      kept.push(...records.filter(() => random.chance(5)));
      const old = random.chance(30) ? kept.splice(0) : [];
      const all = [...there, ...again, ...old.filter((record) => record.partition === records[0]?.partition)];
      return random.chance(50) ? random.shuffled(all) : all;
    };
    return without(log, {
      subscribe: ({ onRecords, ...options }) =>
        log.subscribe({ ...options, onRecords: (records) => onRecords(damaged(records)) }),
    });
  };

/** What a test does to publishing while it runs. */
export type Publishing = {
  /** Thrown instead of, or after, the real publish. */
  failure?: ((messages: readonly LogMessage[]) => Error | undefined) | undefined;
  /** The log has them, but the answer is an error: they will be sent again. */
  afterwards?: boolean;
  /** Acknowledged and then lost with the broker's disk. */
  loses?: ((message: LogMessage) => boolean) | undefined;
};

export const publishing =
  (faults: Publishing) =>
  (log: EventLog): EventLog =>
    without(log, {
      async publish(topic, messages) {
        const failure = faults.failure?.(messages);
        if (failure && !faults.afterwards) throw failure;
        const { loses } = faults;
        const left = loses ? messages.filter((message) => !loses(message)) : messages;
        if (left.length > 0) await log.publish(topic, left);
        if (failure) throw failure;
      },
    });
