import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newDataKey, openDataKey } from './data-key.js';
import { readSealed, requireUnchanged, writeSealed } from './sealed-file.js';
import { fingerprintsOf, requireWrappingKeys } from './wrapping-keys.js';

const { signal } = new AbortController();
const wrappingKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const rows = 'ada@nordlys.example\tAda\n'.repeat(10_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file of a backup', () => {
  const { key } = newDataKey(randomUUID(), wrappingKey('w1'));
  const file = () => join(folder, 'cards');
  const write = () => writeSealed(Readable.from([rows]), file(), { key, bound: 'one', signal });
  async function read(sealed: Awaited<ReturnType<typeof write>>, over: object = {}): Promise<string> {
    const target = new PassThrough();
    const [said] = await Promise.all([
      text(target),
      readSealed(file(), sealed, target, { key, bound: 'one', signal, ...over }),
    ]);
    return said;
  }

  it('opens as it was written, and says nothing without its key', async () => {
    const sealed = await write();
    await requireUnchanged(file(), sealed, signal);
    expect(await read(sealed)).toBe(rows);
    expect(readFileSync(file()).toString('latin1')).not.toContain('nordlys');
    expect(readFileSync(file()).length).toBe(sealed.bytes);
    await expect(read(sealed, { key: newDataKey('x', wrappingKey('w1')).key })).rejects.toThrow();
  });

  it('opens as no other file', async () => {
    await expect(read(await write(), { bound: 'another' })).rejects.toThrow();
  });

  it('that was changed or taken away is named', async () => {
    const sealed = await write();
    const changed = readFileSync(file());
    changed[20] = changed[20]! ^ 1;
    writeFileSync(file(), changed);
    await expect(requireUnchanged(file(), sealed, signal)).rejects.toThrow(/cards is not as it was written/);
    rmSync(file());
    await expect(requireUnchanged(file(), sealed, signal)).rejects.toThrow(/cards is missing/);
  });
});

describe('the key of a backup', () => {
  const id = randomUUID();
  const [w1, w2] = [wrappingKey('w1'), wrappingKey('w2')];

  it('is opened by the secrets it was made with, also after a newer wrapping key came', () => {
    const { key, wrapped } = newDataKey(id, w1);
    expect(openDataKey(id, wrapped, w1).equals(key)).toBe(true);
    expect(openDataKey(id, wrapped, `${w2},${w1}`).equals(key)).toBe(true);
  });

  it('is opened by no other secrets, and for no other backup', () => {
    const { wrapped } = newDataKey(id, w1);
    for (const other of [w2, wrappingKey('w1')]) {
      expect(() => openDataKey(id, wrapped, other)).toThrow(/does not hold the wrapping key w1/);
    }
    expect(() => openDataKey(randomUUID(), wrapped, w1)).toThrow(/does not hold/);
  });
});

describe('the wrapping keys of the employees’ keys', () => {
  const [w1, w2] = [wrappingKey('w1'), wrappingKey('w2')];

  it('may have become more', () => expect(() => requireWrappingKeys(fingerprintsOf(w1), `${w2},${w1}`)).not.toThrow());

  it('are missed when one is gone, or another has its name', () => {
    expect(() => requireWrappingKeys(fingerprintsOf(`${w1},${w2}`), w2)).toThrow(/wrapping key w1/);
    expect(() => requireWrappingKeys(fingerprintsOf(w1), wrappingKey('w1'))).toThrow(/wrapping key w1/);
  });

  it('are not told by their fingerprints', () =>
    expect(JSON.stringify(fingerprintsOf(w1))).not.toContain(w1.slice(3, 12)));
});
