import { pino, type Logger as PinoLogger } from 'pino';
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
  return to ? pino(options, to) : pino(options, standardOutput());
}

/** The same without the search for secrets in each line: for lines of a few fields that are all named where they are written. */
export const withoutRedaction = (logger: Logger): Logger =>
  'child' in logger ? (logger as unknown as PinoLogger).child({}, { redact: [] }) : logger;

const gatheredBytes = 8 * 1024;
const gatheredMs = 50;

/**
 * Lines gather for a moment: one write a line would hold up every request behind the disk. Warnings and errors go out at once with all before
 * them, and the last lines when the process ends.
 */
function standardOutput(): { write(line: string): void } {
  // Not its own gathering: it waits for the disk (fsync) each time that it is emptied.
  const destination = pino.destination({ dest: 1, sync: true, minLength: 0 });
  let gathered = '';
  let soon: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(soon);
    soon = undefined;
    const lines = gathered;
    gathered = '';
    if (lines !== '') destination.write(lines);
  };
  process.on('exit', flush);
  return {
    write(line) {
      gathered += line;
      if (gathered.length > gatheredBytes || urgent.test(line)) flush();
      // Only while something waits: an idle process is to sleep.
      else soon ??= setTimeout(flush, gatheredMs).unref();
    },
  };
}

const urgent = /^{"level":"(?:warn|error|fatal)"/;

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
