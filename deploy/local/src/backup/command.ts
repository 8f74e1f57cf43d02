import { OperatorError } from '../operator-api.js';
import { CannotStart } from '../options.js';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs one command: Ctrl-C breaks it off in order; a refusal is one sentence and status 1. */
export async function runCommand(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(new OperatorError(`Broken off (${signal}); nothing was changed`)));
  }
  try {
    await work(stop.signal);
  } catch (error) {
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    process.stderr.write(`${isSentence(reason) ? reason.message : String((reason as Error).stack)}\n`);
    process.exitCode = 1;
  }
}

/** What went wrong, as a sentence that ends by saying how things are now. */
export function sentence(what: string, error: unknown, now: string): Error {
  if (isSentence(error)) return error;
  return new OperatorError(`${what}: ${error instanceof Error ? error.message : String(error)}. ${now}`, {
    cause: error,
  });
}

const isSentence = (error: unknown): error is Error => error instanceof OperatorError || error instanceof CannotStart;
