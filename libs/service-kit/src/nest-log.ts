import type { LoggerService } from '@nestjs/common';
import type { Logger } from './log.js';

/** Nest's own lines in our form. What it says in normal running (routes, modules) is for debugging. */
export function nestLog(logger: Logger): LoggerService {
  const to =
    (write: Logger['info']) =>
    (message: unknown, ...rest: unknown[]) => {
      const error = [message, ...rest].find((each) => each instanceof Error);
      write({ context: rest.at(-1), ...(error !== undefined && { error }) }, `nest: ${textOf(message)}`);
    };
  return {
    log: to(logger.debug),
    debug: to(logger.debug),
    verbose: to(logger.debug),
    warn: to(logger.warn),
    error: to(logger.error),
  };
}

const textOf = (message: unknown) => (message instanceof Error ? message.message : String(message));
