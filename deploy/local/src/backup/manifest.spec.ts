import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../databases.js';
import { serviceNames } from '../options.js';
import { formatVersion, newBackup, readManifest, requireSameSchema, rowsOf, writeManifest } from './manifest.js';
import { backedUp, serviceOf } from './order.js';

const table = (name: string, rows: number) => ({
  schema: 'live',
  name,
  columns: ['account_id', 'values'],
  rows,
  file: `sso/live.${name}.copy.gz.sealed`,
  bytes: 10,
  sha256: 'a'.repeat(64),
  nonce: 'b'.repeat(24),
  tag: 'c'.repeat(32),
});
const content = { migrations: ['own state'], tables: [table('cards', 3), table('history', 4)], sequences: [] };
const manifest = { ...newBackup(new Date('2026-11-23T08:00:00Z')), databases: { sso: content } };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = () => join(folder, 'manifest.json');
const change = (from: string, to: string) => writeFileSync(file(), readFileSync(file(), 'utf8').replace(from, to));

describe('the manifest of a backup', () => {
  it('is read as it was written, and is nobody else’s to read', () => {
    writeManifest(folder, manifest);
    expect(readManifest(folder)).toEqual(manifest);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(rowsOf(content)).toBe(7);
  });

  it('that is missing makes the folder no backup', () =>
    expect(() => readManifest(folder)).toThrow(/There is no backup in .*manifest\.json/));

  it('that was changed is refused, be it by one digit', () => {
    writeManifest(folder, manifest);
    change('"rows": 3', '"rows": 2');
    expect(() => readManifest(folder)).toThrow(/was changed or is damaged/);
  });

  it('that is half there is refused', () => {
    writeFileSync(file(), '{"format": 1,');
    expect(() => readManifest(folder)).toThrow(/was changed or is damaged/);
  });

  it('of a newer version is named so, whatever else is in it', () => {
    writeManifest(folder, { ...manifest, format: formatVersion + 1, more: true } as typeof manifest);
    expect(() => readManifest(folder)).toThrow(/written by a newer version/);
  });

  it('never leads out of its folder', () => {
    const out = { ...table('cards', 3), file: '../secrets.json' };
    writeManifest(folder, { ...manifest, databases: { sso: { ...content, tables: [out] } } });
    expect(() => readManifest(folder)).toThrow(/was changed or is damaged/);
  });
});

describe('the schema of a backup', () => {
  const check =
    (...known: string[]) =>
    () =>
      requireSameSchema('sso', { ...content, migrations: ['a', 'b'] }, known);

  it('is the one this version knows, in whatever order it grew', () => expect(check('b', 'a')).not.toThrow());

  it('that is newer needs the newer version', () =>
    expect(check('a')).toThrow(/"b", which this version does not know/));

  it('that is older needs the version that made it', () =>
    expect(check('a', 'b', 'c')).toThrow(/before the migration "c".*version that made it/));
});

describe('what is backed up', () => {
  it('is every database but the log’s and the list of erasures', () =>
    expect([...backedUp, 'event_log', 'scim_gateway_erasures'].toSorted()).toEqual(databases.toSorted()));

  it('belongs to a service each', () => {
    for (const database of backedUp) expect(serviceNames).toContain(serviceOf(database));
  });
});
