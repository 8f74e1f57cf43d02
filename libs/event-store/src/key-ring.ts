import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { Together } from '@bitabiz/service-kit/together';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { nonceBytes, open, seal } from './seal.js';

/** The key from configuration that wraps employees' keys; the first of the list wraps new ones, the others still open. */
export type WrappingKey = { id: string; key: KeyObject };

export type EmployeeKey = { id: string; key: KeyObject };

type StoredKey = { key_id: string; wrapping_key_id: string; wrapped: Buffer };

const keyBytes = 32;
const spareKeys = 1024;
const cacheMs = 5_000;
const cacheSize = 20_000;

/** Reads `id:base64[,id:base64…]`. @throws when a key is not 32 bytes or an id is missing; the message names the id, never the key. */
export function parseWrappingKeys(text: string): WrappingKey[] {
  return text.split(',').map((part, index) => {
    const [id, base64] = part.split(/:(.*)/s);
    const bytes = Buffer.from(base64 ?? '', 'base64');
    if (!id || bytes.length !== 32) throw new Error(`wrapping key ${id || index + 1} is not id:base64 of 32 bytes`);
    return { id, key: createSecretKey(bytes) };
  });
}

/** One key per employee (decision 10): made in advance, unwrapped on demand, kept for seconds only, gone with an erasure. */
export class KeyRing {
  private readonly spare: EmployeeKey[] = [];
  private readonly cache = new LRUCache<string, KeyObject>({ max: cacheSize, ttl: cacheMs, ttlResolution: 100 });
  private readonly lookups = new Together((searches: string[][]) => this.load(searches), { most: 16 });
  private making: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly wrapping: WrappingKey[],
  ) {}

  /** Takes `count` unused keys; they are stored before they are given out. */
  async take(count: number): Promise<EmployeeKey[]> {
    while (this.spare.length < count) await this.refill();
    const taken = this.spare.splice(0, count);
    if (this.spare.length < spareKeys / 2) this.refill().catch(() => undefined);
    for (const { id, key } of taken) this.cache.set(id, key);
    return taken;
  }

  /** Makes spare keys ahead of the first request, so that none waits for them. */
  refill(): Promise<void> {
    this.making ??= this.make(spareKeys).finally(() => (this.making = undefined));
    return this.making;
  }

  /** The keys that still exist, by id; an erased person's is missing. One round trip for those not in the cache. */
  async find(ids: Iterable<string>): Promise<Map<string, KeyObject>> {
    const found = new Map<string, KeyObject>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const key = this.cache.get(id);
      if (key) found.set(id, key);
      else missing.push(id);
    }
    if (missing.length === 0) return found;
    for (const [id, key] of await this.lookups.ask(missing)) found.set(id, key);
    return found;
  }

  /** The keys of several searches in one round trip; each gets what it asked for and more. */
  private async load(searches: string[][]): Promise<Map<string, KeyObject>[]> {
    const { rows } = await this.pool.query<StoredKey>({
      name: 'keys-find',
      text: `select k.key_id, k.wrapping_key_id, k.wrapped
        from unnest($1::uuid[]) i(id) cross join lateral (select * from keys.employee_keys where key_id = i.id limit 1) k`,
      values: [[...new Set(searches.flat())]],
    });
    const found = new Map<string, KeyObject>();
    for (const row of rows) {
      const key = this.unwrap(row.key_id, row.wrapping_key_id, row.wrapped);
      found.set(row.key_id, key);
      this.cache.set(row.key_id, key);
    }
    return searches.map(() => found);
  }

  /** Erases: nothing sealed with these keys can be read again, here or from any copy of the events (P20). @returns those that were still there. */
  async destroy(ids: string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.pool.query<{ key_id: string }>(
      'delete from keys.employee_keys where key_id = any($1::uuid[]) returning key_id',
      [ids],
    );
    for (const id of ids) this.cache.delete(id);
    return rows.map((row) => row.key_id);
  }

  /**
   * Wraps every key that another wrapping key wraps with the first one of the configuration; every replica must know both by then.
   * Readers and writers go on meanwhile; safe to repeat and to break off. @returns how many keys were wrapped anew.
   */
  async rewrap(): Promise<number> {
    const [current] = this.wrapping;
    if (!current) throw new Error('there is no wrapping key');
    for (let done = 0; ;) {
      const { rows } = await this.pool.query<StoredKey>(
        'select key_id, wrapping_key_id, wrapped from keys.employee_keys where wrapping_key_id <> $1 limit 1000',
        [current.id],
      );
      if (rows.length === 0) return done;
      const wrapped = rows.map((row) => {
        const key = this.unwrap(row.key_id, row.wrapping_key_id, row.wrapped);
        return seal(current.key, key.export(), randomBytes(nonceBytes), row.key_id);
      });
      // One that was erased meanwhile stays away.
      await this.pool.query(
        `update keys.employee_keys k set wrapping_key_id = $1, wrapped = n.wrapped
         from unnest($2::uuid[], $3::bytea[]) n(key_id, wrapped) where k.key_id = n.key_id`,
        [current.id, rows.map((row) => row.key_id), wrapped],
      );
      done += rows.length;
    }
  }

  private async make(count: number): Promise<void> {
    const [current] = this.wrapping;
    if (!current) throw new Error('there is no wrapping key');
    const random = randomBytes(count * (keyBytes + nonceBytes));
    const made = Array.from({ length: count }, (_, index) => {
      const id = randomUUID();
      const at = index * (keyBytes + nonceBytes);
      const bytes = random.subarray(at, at + keyBytes);
      const nonce = random.subarray(at + keyBytes, at + keyBytes + nonceBytes);
      return { id, key: createSecretKey(bytes), wrapped: seal(current.key, bytes, nonce, id) };
    });
    random.fill(0);
    await this.pool.query(
      `insert into keys.employee_keys (key_id, wrapping_key_id, wrapped)
       select id, $1, wrapped from unnest($2::uuid[], $3::bytea[]) k(id, wrapped)`,
      [current.id, made.map((each) => each.id), made.map((each) => each.wrapped)],
    );
    this.spare.push(...made.map(({ id, key }) => ({ id, key })));
  }

  private unwrap(id: string, wrappingId: string, wrapped: Buffer): KeyObject {
    const wrapping = this.wrapping.find((each) => each.id === wrappingId);
    if (!wrapping) throw new Error(`wrapping key ${wrappingId} is not configured: add it to WRAPPING_KEYS`);
    return createSecretKey(open(wrapping.key, wrapped, id));
  }
}
