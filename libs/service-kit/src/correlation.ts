import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();
const safe = /^[A-Za-z0-9._-]{8,64}$/;

/** The header that carries the id of the request from outside to every log line and event behind it. */
export const correlationHeader = 'x-correlation-id';

export const runWithCorrelation = <T>(id: string, work: () => T): T => storage.run(id, work);

export const correlationId = (): string | undefined => storage.getStore();

/** A caller's id is taken when it is 8–64 harmless characters, else a new one. */
export const acceptCorrelation = (offered: unknown, make: () => string): string =>
  typeof offered === 'string' && safe.test(offered) ? offered : make();
