import { createRequire } from 'node:module';

/** What this patch touches of kafkajs's internal RequestQueue (kafkajs/src/network/requestQueue). */
export type RequestQueueClass = {
  prototype: {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  };
};

const checkAgainMs = 10;

/**
 * kafkajs 2.2.4 schedules its check for waiting requests also when none waits, with a delay of `-1 - now`: a timer that fires at once,
 * for ever, on every connection (kafkajs#1704), and on Node 24 a TimeoutNegativeWarning. Patched: no timer without a waiting request,
 * and never a negative delay. `push()` asks for a check itself when it makes a request wait.
 */
export function patchRequestQueue(queue: RequestQueueClass): void {
  queue.prototype.scheduleCheckPendingRequests = function (this: RequestQueueClass['prototype']) {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const throttled = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : checkAgainMs,
    );
  };
}

let patched = false;

/** Patches the queue that kafkajs itself uses, once per process. */
export function patchKafkajs(): void {
  if (patched) return;
  patchRequestQueue(createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass);
  patched = true;
}
