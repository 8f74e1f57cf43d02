const headerBytes = 20;
const textOid = 25;

/** A `text[]` in Postgres' binary format, which both sides read and write several times faster than JSON or an array literal. */
export function textArray(values: readonly (string | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, headerBytes));
  bytes.writeInt32BE(1, 0); // dimensions
  bytes.writeInt32BE(1, 4); // may hold nulls
  bytes.writeInt32BE(textOid, 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16); // lower bound
  let at = headerBytes;
  values.forEach((value, index) => {
    const size = sizes[index] as number;
    at = bytes.writeInt32BE(value === null ? -1 : size, at);
    if (value !== null) at += bytes.write(value, at, size, 'utf8');
  });
  return bytes;
}
