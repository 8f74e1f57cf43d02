import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';

const libs = fileURLToPath(new URL('../../../../', import.meta.url));

/** Each broken variant: the modules it takes the place of, and the tests that must notice (file, name). */
export const variants = {
  'reading by position': {
    swaps: { 'event-store/src/outbox.ts': 'reading-by-position' },
    caughtBy: ['faults/writers', '32 of them'],
  },
  'checkpoint outside the transaction': {
    swaps: { 'messaging/src/checkpoints.ts': 'checkpoint-outside' },
    caughtBy: ['faults/connections', 'exactly at its COMMIT'],
  },
  'outbox row deleted before the acknowledgement': {
    swaps: { 'messaging/src/publish-rows.ts': 'deleted-before-acknowledged' },
    caughtBy: ['faults/delivery', 'fails while it publishes: not stored'],
  },
  'no account lock': {
    swaps: { 'event-store/src/migrations.ts': 'no-account-lock' },
    caughtBy: ['faults/writers', '8 of them'],
  },
  'offset reset taken as progress': {
    swaps: { 'messaging/src/checkpoints.ts': 'gap-taken-as-progress' },
    caughtBy: ['faults/healing', 'somebody called truncate'],
  },
  'heads read before checkpoints': {
    swaps: { 'messaging/src/repair.ts': 'feed-read-first' },
    caughtBy: ['faults/delivery', 'slow feed'],
  },
  'changed since by time': {
    swaps: { 'event-store/src/feed.ts': 'changed-since-by-time' },
    caughtBy: ['faults/writers', '8 of them'],
  },
  'no previd': {
    swaps: { 'messaging/src/checkpoints.ts': 'no-previd-checkpoints', 'messaging/src/repair.ts': 'no-previd-repair' },
    caughtBy: ['faults/healing', 'incarnation forgotten'],
  },
  'parking on a connection error': {
    swaps: { 'messaging/src/faults.ts': 'parking-on-any-error' },
    caughtBy: ['faults/connections', 'held up by a lock'],
  },
  'row-level security off': {
    swaps: { 'service-kit/src/walls.ts': 'no-walls' },
    caughtBy: ['faults/isolation', 'sees nothing'],
  },
} as const satisfies Record<string, { swaps: Record<string, string>; caughtBy: [file: string, name: string] }>;

/** Puts the broken modules of BROKEN in the place of the real ones; a broken module itself may import the real one. */
export function swapBroken(name: string | undefined): Plugin {
  const variant = name === undefined ? undefined : (variants as Record<string, { swaps: object }>)[name];
  if (name !== undefined && !variant) throw new Error(`BROKEN=${name}: there is no such variant`);
  const swaps = new Map(
    Object.entries(variant?.swaps ?? {}).map(([target, file]) => [
      `${libs}${target}`,
      fileURLToPath(new URL(`./${String(file)}.fixture.ts`, import.meta.url)),
    ]),
  );
  return {
    name: 'swap-broken',
    enforce: 'pre',
    configResolved() {
      if (name !== undefined) process.stdout.write(`BROKEN: ${name}\n`);
    },
    async resolveId(specifier, importer, options) {
      if (swaps.size === 0) return null;
      const resolved = await this.resolve(specifier, importer, { ...options, skipSelf: true });
      const broken = resolved && swaps.get(resolved.id);
      if (!broken) return resolved;
      // Under a name of its own: what is resolved is resolved once more when it is run.
      return importer?.includes('/faults/broken/') ? `${resolved.id}?real` : broken;
    },
  };
}
