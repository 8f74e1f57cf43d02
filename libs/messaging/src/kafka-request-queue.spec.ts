import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { patchRequestQueue, type RequestQueueClass } from './kafka-request-queue.js';

const require = createRequire(import.meta.url);

type Entry = {
  entry: { correlationId: number; resolve(): void; reject(): void };
  expectResponse: boolean;
  sendRequest(): void;
};
type Queue = RequestQueueClass['prototype'] & {
  push(request: Entry): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
};

/** kafkajs's own class, loaded anew, so that one test's patch does not reach another's. */
function unpatched(): RequestQueueClass & (new (options: object) => Queue) {
  const file = require.resolve('kafkajs/src/network/requestQueue');
  const kept = require.cache[file];
  delete require.cache[file];
  try {
    return require(file) as RequestQueueClass & (new (options: object) => Queue);
  } finally {
    if (kept) require.cache[file] = kept;
    else delete require.cache[file];
  }
}

const logger = { debug: () => undefined, warn: () => undefined };
const options = { maxInFlightRequests: 1, requestTimeout: 30_000, clientId: 'test', broker: 'test', logger };
const request = (correlationId: number, sendRequest = () => undefined): Entry => ({
  entry: { correlationId, resolve: () => undefined, reject: () => undefined },
  expectResponse: true,
  sendRequest,
});
const answer = (correlationId: number) => ({ correlationId, payload: Buffer.alloc(0), size: 0 });

describe("kafkajs's queue of requests", () => {
  let timers: number[];
  beforeEach(() => {
    vi.useFakeTimers();
    timers = [];
    const real = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
      timers.push(ms);
      return real(run, ms);
    }) as typeof setTimeout);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function idleFor100ms(Class: ReturnType<typeof unpatched>): void {
    const queue = new Class(options);
    queue.push(request(1));
    queue.fulfillRequest(answer(1));
    vi.advanceTimersByTime(100);
    queue.destroy();
  }

  it('spins on negative timers when it is idle, as kafkajs 2.2.4 comes: without this the patch can go', () => {
    idleFor100ms(unpatched());
    expect(timers.length).toBeGreaterThan(10);
    expect(Math.min(...timers)).toBeLessThan(0);
  });

  it('sets no timer when it is idle, once patched', () => {
    const Class = unpatched();
    patchRequestQueue(Class);
    idleFor100ms(Class);
    expect(timers).toEqual([]);
  });

  it('still sends what waited for the request before it', () => {
    const Class = unpatched();
    patchRequestQueue(Class);
    const queue = new Class(options);
    const second = vi.fn<() => undefined>();
    queue.push(request(1));
    queue.push(request(2, second));
    expect(second).not.toHaveBeenCalled();
    queue.fulfillRequest(answer(1));
    expect(second).toHaveBeenCalledOnce();
    expect(timers.every((ms) => ms > 0)).toBe(true);
  });

  it('still sends what the broker throttled, when the time is over', () => {
    const Class = unpatched();
    patchRequestQueue(Class);
    const queue = new Class(options);
    const throttled = vi.fn<() => undefined>();
    queue.maybeThrottle(50);
    queue.push(request(1, throttled));
    vi.advanceTimersByTime(49);
    expect(throttled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(throttled).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(100);
    expect(timers).toEqual([50]);
  });
});
