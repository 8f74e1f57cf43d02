import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

export const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM: nonce | ciphertext | tag.
 * @param nonce 12 random bytes, from outside.
 * @param bound what the text belongs to (event and account); opening it anywhere else fails.
 */
export function seal(key: KeyObject, text: Buffer, nonce: Buffer, bound: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** @throws when the key is another one, the bytes were changed, or `bound` differs from the one given to `seal`. */
export function open(key: KeyObject, sealed: Buffer, bound: string): Buffer {
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes));
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(end));
  const text = decipher.update(sealed.subarray(nonceBytes, end));
  // All of it came above: GCM has no blocks to fill up. This is where a wrong tag throws.
  decipher.final();
  return text;
}
