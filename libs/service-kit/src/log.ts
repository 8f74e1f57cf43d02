import { pino } from 'pino';
import { correlationId } from './correlation.js';

/** What code logs with: an object with what is known, then a sentence. */
export type Logger = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>;

export type LoggerOptions = {
  service: string;
  level?: string;
  /** Where lines go; stdout unless told. */
  to?: { write(line: string): void };
};

const secrets = ['token', 'authorization', 'password'];

/** JSON lines. Every line written behind a request or an event carries its correlation id. */
export function createLogger({ service, level = 'info', to }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: plainError },
    redact: { paths: secrets.flatMap((each) => [each, `*.${each}`]), censor: '[secret]' },
    mixin: () => {
      const id = correlationId();
      return id === undefined ? {} : { correlationId: id };
    },
  };
  return to ? pino(options, to) : pino(options);
}

type PlainError = { type: string; message: string; code?: string; stack?: string; cause?: unknown };

/** Only these fields: a database error also carries the row or the parameters it failed on, which name people. */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  const plain: PlainError = { type: name, message };
  if (typeof code === 'string') plain.code = code;
  if (stack !== undefined) plain.stack = stack;
  if (cause !== undefined) plain.cause = plainError(cause);
  return plain;
}
