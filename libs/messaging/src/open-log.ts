import type { Logger } from '@bitabiz/service-kit/log';
import { KafkaLog } from './kafka-log.js';
import type { EventLog } from './log.js';
import { PostgresLog } from './postgres-log.js';

export type OpenOptions = { clientId: string; partitions: number; logger: Logger };

/**
 * The log that EVENT_LOG names: `postgres://…` or `kafka://host:port[,host:port]`. It need not be reachable yet; `ready()` tells.
 * @throws for any other address.
 */
export async function openEventLog(url: string, options: OpenOptions): Promise<EventLog> {
  if (/^postgres(ql)?:\/\//.test(url)) return new PostgresLog(url, options);
  const brokers = /^kafka:\/\/([^/]+)\/?$/.exec(url)?.[1]?.split(',');
  if (brokers?.every((broker) => /^[^:]+:\d+$/.test(broker))) return new KafkaLog(brokers, options);
  throw new Error('EVENT_LOG must be postgres://… or kafka://host:port[,host:port]');
}
