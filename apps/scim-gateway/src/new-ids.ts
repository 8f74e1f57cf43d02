import { randomBytes } from 'node:crypto';

/** UUID version 7 (RFC 9562): ordered by time, so that new rows lie together in an index. */
export class NewIds {
  constructor(private readonly now: () => Date) {}

  readonly next = (): string => {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(this.now().getTime(), 0, 6);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
