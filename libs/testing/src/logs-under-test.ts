import { randomBytes } from 'node:crypto';
import type { EventLog, LogRecord } from '@bitabiz/messaging/log';
import type { Logger } from '@bitabiz/service-kit/log';
import { inject } from 'vitest';
import { createDatabase } from './database.js';
import { damageOf, type LogDamage } from './log-damage.js';
import './provided.js';

export type LogUnderTest = {
  name: 'postgres' | 'kafka';
  /** What EVENT_LOG of a whole service would say. */
  url(): Promise<string>;
  /** Opens the log once more; all that one entry opens share topics and groups, which nobody else sees. */
  open(options?: { partitions?: number; logger?: Logger }): Promise<EventLog>;
  /** The same server with topics and groups of its own. */
  fresh(): LogUnderTest;
  /** What happens to this entry's topics, named as those who opened it see them. */
  damage(): Promise<LogDamage>;
};

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The adapters that a contract suite runs on: Postgres, and Kafka where one can be had. */
export function logsUnderTest(): LogUnderTest[] {
  const kafka = inject('kafkaBrokers');
  let database: Promise<string> | undefined;
  const postgres = () => (database ??= createDatabase('event_log').then((made) => made.ownerUrl));
  return [underTest('postgres', postgres), ...(kafka ? [underTest('kafka', async () => `kafka://${kafka}`)] : [])];
}

function underTest(name: LogUnderTest['name'], url: () => Promise<string>): LogUnderTest {
  const prefix = `test-${randomBytes(5).toString('hex')}.`;
  return {
    name,
    url,
    async open({ partitions = 4, logger = silentLogger } = {}) {
      // Loaded when it is needed: suites of pure rules import this package too.
      const { openEventLog } = await import('@bitabiz/messaging/open-log');
      return withPrefix(await openEventLog(await url(), { clientId: 'test', partitions, logger }), prefix);
    },
    fresh: () => underTest(name, url),
    async damage() {
      const damage = damageOf(await url());
      return {
        deleteTopic: (topic) => damage.deleteTopic(prefix + topic),
        truncate: (topic) => damage.truncate(prefix + topic),
      };
    },
  };
}

/** A log whose topics and groups have a prefix that those who use it do not see. */
function withPrefix(log: EventLog, prefix: string): EventLog {
  const hidden = (topic: string) => topic.slice(prefix.length);
  const shown = <T extends { topic: string }>(each: T): T => ({ ...each, topic: hidden(each.topic) });
  return {
    partitions: log.partitions,
    partitionOf: (key) => log.partitionOf(key),
    ensureTopics: (topics) => log.ensureTopics(topics.map((topic) => prefix + topic)),
    publish: (topic, messages) => log.publish(prefix + topic, messages),
    subscribe: ({ group, topics, onRecords, onAssigned, onGap }) =>
      log.subscribe({
        group: prefix + group,
        topics: topics.map((topic) => prefix + topic),
        onRecords: (records: LogRecord[]) => onRecords(records.map(shown)),
        ...(onAssigned && { onAssigned: (partitions) => onAssigned(partitions.map(shown)) }),
        ...(onGap && { onGap: (at) => onGap(shown(at)) }),
      }),
    ready: () => log.ready(),
    close: () => log.close(),
  };
}
