import { createHash } from 'node:crypto';
import { parseWrappingKeys } from '@bitabiz/event-store/key-ring';
import { OperatorError } from '../operator-api.js';

/** `id:base64[,id:base64]` as id → fingerprint; the keys are random, so a hash tells nothing of them. */
export const fingerprintsOf = (wrappingKeys: string): Record<string, string> =>
  Object.fromEntries(
    parseWrappingKeys(wrappingKeys).map(({ id, key }) => {
      const text = `wrapping key ${key.export().toString('base64')}`;
      return [id, createHash('sha256').update(text).digest('hex').slice(0, 32)];
    }),
  );

/** @throws OperatorError when the employees' keys of a backup could not be opened: what is restored could not be read. */
export function requireWrappingKeys(needed: Record<string, string>, wrappingKeys: string): void {
  const present = fingerprintsOf(wrappingKeys);
  const lacking = Object.entries(needed).find(([id, fingerprint]) => present[id] !== fingerprint);
  if (lacking === undefined) return;
  throw new OperatorError(
    `secrets.json does not hold the wrapping key ${lacking[0]} that this backup was taken with: put the secrets.json of that system into the data folder`,
  );
}
