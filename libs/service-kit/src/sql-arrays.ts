const headerBytes = 20;
const oids = { text: 25, bytea: 17 } as const;

/** A `text[]` in Postgres' binary format, which both sides read and write several times faster than JSON or an array literal. */
export const textArray = (values: readonly (string | null)[]): Buffer => binaryArray(oids.text, values);

/** A `bytea[]` in the same way: as a literal each byte would be two digits. */
export const byteaArray = (values: readonly (Buffer | null)[]): Buffer => binaryArray(oids.bytea, values);

/** An array literal of values without any character that means something there: numbers, UUIDs, ISO times, names that a programmer chose. */
export const plainArray = (values: readonly (string | number | null)[]): string =>
  `{${values.map((value) => value ?? 'null').join(',')}}`;

function binaryArray(oid: number, values: readonly (string | Buffer | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, headerBytes));
  bytes.writeInt32BE(1, 0); // dimensions
  bytes.writeInt32BE(1, 4); // may hold nulls
  bytes.writeInt32BE(oid, 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16); // lower bound
  let at = headerBytes;
  values.forEach((value, index) => {
    const size = sizes[index] as number;
    at = bytes.writeInt32BE(value === null ? -1 : size, at);
    if (value === null) return;
    at += typeof value === 'string' ? bytes.write(value, at, size, 'utf8') : value.copy(bytes, at);
  });
  return bytes;
}
