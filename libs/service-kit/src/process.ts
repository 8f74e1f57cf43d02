import type { Logger } from './log.js';
import type { RunningService } from './bootstrap.js';

/**
 * Runs a service as a process: a wrong configuration or a failed start ends it with one clear line and status 1; SIGTERM, SIGINT
 * or the end of the parent's channel stop it in order.
 */
export function runProcess(name: string, start: () => Promise<{ service: RunningService; logger: Logger }>): void {
  start().then(
    ({ service, logger }) => {
      let stopping = false;
      const stop = (why: string) => {
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
      process.once('SIGTERM', () => stop('SIGTERM'));
      process.on('SIGINT', () => stop('SIGINT'));
      process.once('disconnect', () => stop('the supervisor is gone'));
      process.send?.('ready');
    },
    (error: unknown) => {
      process.stderr.write(`${name} does not start: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
  process.on('unhandledRejection', (error) => {
    process.stderr.write(
      `${name}: unhandled ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  });
}
