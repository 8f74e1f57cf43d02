import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { parseWrappingKeys } from '@bitabiz/event-store/key-ring';
import { nonceBytes, open, seal } from '@bitabiz/event-store/seal';
import { OperatorError } from '../operator-api.js';

/** A backup's own key, wrapped: it lies with the employees' keys, so that the data's folder alone cannot be read. */
export type WrappedKey = { wrappingKeyId: string; wrapped: string };

/** @param id the backup's; @param wrappingKeys as in secrets.json: the first wraps. */
export function newDataKey(id: string, wrappingKeys: string): { key: KeyObject; wrapped: WrappedKey } {
  const [first] = parseWrappingKeys(wrappingKeys);
  if (!first)
    throw new OperatorError('secrets.json holds no wrapping key: put back the file that belongs to this data');
  const bytes = randomBytes(32);
  const wrapped = seal(first.key, bytes, randomBytes(nonceBytes), id).toString('base64');
  return { key: createSecretKey(bytes), wrapped: { wrappingKeyId: first.id, wrapped } };
}

/** @throws OperatorError when secrets.json is not the one of the system that was backed up. */
export function openDataKey(id: string, { wrappingKeyId, wrapped }: WrappedKey, wrappingKeys: string): KeyObject {
  const wrapping = parseWrappingKeys(wrappingKeys).find((each) => each.id === wrappingKeyId);
  try {
    if (wrapping) return createSecretKey(open(wrapping.key, Buffer.from(wrapped, 'base64'), id));
  } catch {
    // Another key of the same name.
  }
  throw new OperatorError(
    `secrets.json does not hold the wrapping key ${wrappingKeyId} that this backup was taken with: put the secrets.json of that system into the data folder`,
  );
}
