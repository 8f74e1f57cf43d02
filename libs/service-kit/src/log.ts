import { pino } from 'pino';
import { correlationId } from './correlation.js';

/** What code logs with: an object with what is known, then a sentence. */
export type Logger = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>;

/** JSON lines on stdout. Every line written behind a request or an event carries its correlation id. */
export function createLogger({ service, level = 'info' }: { service: string; level?: string }): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
    redact: {
      paths: ['token', 'authorization', 'password', '*.token', '*.authorization', '*.password'],
      censor: '[secret]',
    },
    mixin: () => {
      const id = correlationId();
      return id === undefined ? {} : { correlationId: id };
    },
  });
}
