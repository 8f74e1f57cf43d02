import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 10_000;

/** Looks again until nothing is left, so that ordinary lag is no difference. @returns what is left after ten seconds. */
export async function until<T>(look: () => Promise<T[]>): Promise<T[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const left = await look();
    if (left.length === 0 || Date.now() > deadline) return left;
    await pause(250);
  }
}
