import { createCipheriv, createDecipheriv, createHash, randomBytes, type KeyObject } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { nonceBytes } from '@bitabiz/event-store/seal';
import { OperatorError } from '../operator-api.js';

/** What the manifest knows of a file: its size and hash as it lies there, and what opens it beside the key. */
export type SealedFile = { bytes: number; sha256: string; nonce: string; tag: string };

/** Sealed data hardly gets smaller, and the rest shrinks well at once. */
const gzipLevel = 1;
const cipherName = 'aes-256-gcm';

/** Writes a stream, compressed and sealed. @param bound what the file belongs to: sealed as one file it opens as no other. */
export async function writeSealed(
  from: Readable,
  file: string,
  { key, bound, signal }: { key: KeyObject; bound: string; signal: AbortSignal },
): Promise<SealedFile> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, key, nonce).setAAD(Buffer.from(bound));
  const hash = createHash('sha256');
  let bytes = 0;
  async function* measured(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const target = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true });
  await pipeline(from, createGzip({ level: gzipLevel }), cipher, measured, target, { signal });
  return { bytes, sha256: hash.digest('hex'), nonce: nonce.toString('hex'), tag: cipher.getAuthTag().toString('hex') };
}

/** Reads such a file into a stream. What was changed fails at its end at the latest. */
export async function readSealed(
  file: string,
  { nonce, tag }: SealedFile,
  into: Writable,
  { key, bound, signal }: { key: KeyObject; bound: string; signal: AbortSignal },
): Promise<void> {
  const decipher = createDecipheriv(cipherName, key, Buffer.from(nonce, 'hex'));
  decipher.setAAD(Buffer.from(bound)).setAuthTag(Buffer.from(tag, 'hex'));
  await pipeline(createReadStream(file), decipher, createGunzip(), into, { signal });
}

/** @throws OperatorError when the file is missing, or is not what was written. */
export async function requireUnchanged(file: string, { sha256 }: SealedFile, signal: AbortSignal): Promise<void> {
  if (!existsSync(file)) throw new OperatorError(`${file} is missing: take another copy of this backup`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  if (hash.digest('hex') === sha256) return;
  throw new OperatorError(`${file} is not as it was written: take another copy of this backup, or another backup`);
}
