import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { OperatorError } from '../operator-api.js';
import { writePrivate } from '../secrets.js';
import { backedUp } from './order.js';

/** Raised when a backup is written in another way; a restore reads every version up to this one. */
export const formatVersion = 1;

const table = z.object({
  schema: z.string().min(1),
  name: z.string().min(1),
  columns: z.array(z.string().min(1)).min(1),
  rows: z.number().int().min(0),
  /** Below the backup's folder, and nowhere else. */
  file: z.string().regex(/^\w+\/[\w.-]+$/),
  bytes: z.number().int().min(0),
  /** Of the file as it lies there. */
  sha256: z.hex().length(64),
  nonce: z.hex().length(24),
  tag: z.hex().length(32),
});
const sequence = z.object({ schema: z.string(), name: z.string(), lastValue: z.string(), isCalled: z.boolean() });
const content = z.object({
  migrations: z.array(z.string()),
  tables: z.array(table),
  sequences: z.array(sequence),
});
const manifest = z.object({
  format: z.number().int().min(1),
  /** The same in the data's folder and in the keys': they belong together. */
  id: z.uuid(),
  takenAt: z.iso.datetime(),
  databases: z.partialRecord(z.enum(backedUp), content),
  /** The key that every file is sealed with; it lies only beside the keys. */
  dataKey: z.object({ wrappingKeyId: z.string(), wrapped: z.base64() }).optional(),
  /** The ids of the wrapping keys that open the employees' keys, with a fingerprint of each; only beside the keys. */
  wrappingKeys: z.record(z.string(), z.string()).optional(),
});

export type TableCopy = z.infer<typeof table>;
export type Sequence = z.infer<typeof sequence>;
export type Content = z.infer<typeof content>;
export type Manifest = z.infer<typeof manifest>;

/** What identifies a backup: its id and its time. */
export const newBackup = (now: Date) => ({ format: formatVersion, id: randomUUID(), takenAt: now.toISOString() });

const fileOf = (folder: string) => join(folder, 'manifest.json');
const sumOf = (content: unknown) => createHash('sha256').update(JSON.stringify(content)).digest('hex');

/** Written last: a folder without it is no backup. */
export function writeManifest(folder: string, content: Manifest): void {
  writePrivate(fileOf(folder), { ...content, checksum: sumOf(content) });
}

/** @throws OperatorError when there is none, or it was changed, or a newer version wrote it. */
export function readManifest(folder: string): Manifest {
  const file = fileOf(folder);
  if (!existsSync(file))
    throw new OperatorError(`There is no backup in ${folder}: name the folder that holds manifest.json`);
  const changed = new OperatorError(
    `${file} was changed or is damaged: take another backup, or another copy of this one`,
  );
  let found: { format?: unknown; checksum?: unknown };
  try {
    found = JSON.parse(readFileSync(file, 'utf8')) as typeof found;
  } catch {
    throw changed;
  }
  const { checksum, ...rest } = found;
  if (checksum !== sumOf(rest)) throw changed;
  if (Number(rest.format) > formatVersion) {
    throw new OperatorError(`${file} was written by a newer version of this software: restore it with that version`);
  }
  const parsed = manifest.safeParse(rest);
  if (!parsed.success) throw changed;
  return parsed.data;
}

/** How many rows a database has in the backup. */
export const rowsOf = ({ tables }: Content): number => tables.reduce((sum, { rows }) => sum + rows, 0);

/**
 * A backup fits the very schema it was taken from: every migration in it is known, and none is missing that would have changed its rows.
 * @throws OperatorError saying which version to use.
 */
export function requireSameSchema(database: string, { migrations }: Content, known: readonly string[]): void {
  const newer = migrations.find((name) => !known.includes(name));
  if (newer !== undefined) {
    throw new OperatorError(
      `The backup of ${database} has the migration "${newer}", which this version does not know: restore it with the newer version that made it`,
    );
  }
  const missing = known.find((name) => !migrations.includes(name));
  if (missing !== undefined) {
    throw new OperatorError(
      `The backup of ${database} was taken before the migration "${missing}": restore it with the version that made it, then start this version, which brings the data up to date`,
    );
  }
}
