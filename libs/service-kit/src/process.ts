import type { RunningService } from './bootstrap.js';
import type { Logger } from './log.js';

/** A service that serves, and the log in which it says how it ends. */
export type Running = { service: RunningService; logger: Logger };

/**
 * Runs a service as a process: a wrong configuration or a failed start ends it with one clear line and status 1; SIGTERM, SIGINT or the end of
 * the parent's channel stop it in order, however often they come (a terminal's Ctrl-C arrives twice). A start that comes back with nothing
 * has done its work (see MIGRATE_ONLY): the process ends with status 0.
 */
export function runProcess(name: string, start: () => Promise<Running | undefined>): void {
  let stop: (why: string) => void = () => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  process.once('disconnect', () => stop('the supervisor is gone'));
  process.on('unhandledRejection', (error) => end(`${name}: unhandled ${stackOf(error)}`));
  start().then(
    (running) => {
      if (!running) process.exit(0);
      stop = stopOnce(running);
      process.send?.('ready');
    },
    (error: unknown) => end(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`),
  );
}

function stopOnce({ service, logger }: Running): (why: string) => void {
  let stopping = false;
  return (why) => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
}

function end(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
