import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until the condition gives a truthy value and returns it. A condition that throws counts as "not yet", so an `expect` may stand in it.
 * @throws after `deadlineMs` (milliseconds), with what the condition said last.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 10_000, everyMs = 10 }: { deadlineMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | undefined | null | 0 | ''>> {
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | undefined | null | 0 | ''>;
      last = `it gave ${String(value)}`;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${deadlineMs} ms: ${last instanceof Error ? last.message : String(last)}`, {
        cause: last,
      });
    }
    await pause(everyMs);
  }
}
