import type { Logger } from '@bitabiz/service-kit/log';
import { logLevel, type logCreator, type LogEntry } from 'kafkajs';

/** Said on every start of a broker and every deployment; kafkajs tries again by itself. */
const expected =
  /coordinator (is|not)|coordinator is (loading|not available)|rebalanc|has joined the group|not running|re-joining|topic creation errors/i;
const connection =
  /connection|ECONN|timed out|disconnected|not the leader|does not host|no broker|failed to (send|connect)|restarting the consumer/i;

export type OutOfRange = { topic: string; partition: number; groupId: string };

/** kafkajs's log in ours: what it logs as an error and survives is a warning, what belongs to a normal start is for debugging. */
export const kafkaLogger =
  (logger: Logger, onOutOfRange: (at: OutOfRange) => void): logCreator =>
  () =>
  ({ level, log, namespace }: LogEntry) => {
    const {
      message,
      timestamp: _,
      logger: __,
      stack: ___,
      // Kafka's own number of a request; in our log the name belongs to the request from outside.
      correlationId: kafkaRequest,
      ...rest
    } = log as LogEntry['log'] & Record<string, unknown>;
    const fields = kafkaRequest === undefined ? rest : { ...rest, kafkaRequest };
    // The only sign that kafkajs gives when it jumps over records (kafkajs#1119, #1777).
    if (message.startsWith('Offset out of range, resetting')) onOutOfRange(fields as unknown as OutOfRange);
    const text = `kafka ${namespace}: ${message}`;
    const said = `${message} ${String(fields['error'] ?? '')}`;
    if (level >= logLevel.INFO || expected.test(said)) logger.debug(fields, text);
    else if (level === logLevel.ERROR && !connection.test(said)) logger.error(fields, text);
    else logger.warn(fields, text);
  };
