import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 43;
const checkLength = 6;
const form = /^([a-z]+)_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** SHA-256 in hexadecimal. Enough for a token of 256 random bits: there is nothing to guess (decision 14). */
export const hashToken = (token: string): string => hash('sha256', token, 'hex');

/** Compares two hashes in a time that does not depend on where they differ. */
export const sameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/**
 * A new token: recognisable prefix, 43 random characters (256 bits), and a checksum, so that a typo or a cut-off paste is told from a revoked token.
 * @returns the token, to be shown once, and its hash, to be stored.
 */
export function newToken(prefix: string): { token: string; hash: string } {
  const secret = base62(randomBytes(secretLength * 2), secretLength);
  const token = `${prefix}_${secret}${checksum(`${prefix}_${secret}`)}`;
  return { token, hash: hashToken(token) };
}

/** Whether a text has the form of a token and its checksum holds. */
export function looksLikeToken(text: string): boolean {
  const match = form.exec(text);
  return match !== null && checksum(`${match[1]}_${match[2]}`) === match[3];
}

const checksum = (text: string) => base62(createHash('sha256').update(`token ${text}`).digest(), checkLength);

/** One letter per two bytes: the modulus of 65,536 by 62 leaves a bias of less than one in a thousand. */
function base62(bytes: Buffer, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += letters[bytes.readUInt16BE(index * 2) % letters.length];
  return text;
}
