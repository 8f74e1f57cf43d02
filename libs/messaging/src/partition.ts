const multiplier = 0x5bd1e995;

/** MurmurHash2 as Kafka's Java client computes it (org.apache.kafka.common.utils.Utils), a signed 32-bit number. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  let hash = 0x9747b28c ^ length;
  const view = new DataView(data.buffer, data.byteOffset, length);
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(view.getInt32(at, true), multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at--) hash ^= view.getUint8(at) << (8 * (at - whole));
    hash = Math.imul(hash, multiplier);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

/** The partition that Kafka's DefaultPartitioner gives a key: `toPositive(murmur2(utf8)) % partitions`. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
