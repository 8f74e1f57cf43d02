import { randomFillSync } from 'node:crypto';

const idBytes = 16;
/** Random bytes for many ids at once: asking the system for each id costs more than the rest of it. */
const pool = Buffer.alloc(256 * idBytes);
let used = pool.length;

function nextBytes(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.subarray(used - idBytes, used);
}

/** UUID version 7 (RFC 9562): ordered by time, so that new rows lie together in an index. */
export class NewIds {
  constructor(private readonly now: () => Date) {}

  readonly next = (): string => {
    const bytes = nextBytes();
    bytes.writeUIntBE(this.now().getTime(), 0, 6);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
