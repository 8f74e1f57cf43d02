import type { Random } from '@bitabiz/testing/random';
import type pg from 'pg';

/**
 * A connection dies just before its COMMIT is sent, or just after, when nobody can know whether it counted.
 * Only a COMMIT that has something to lose: a transaction that wrote nothing is let through.
 */
export type Breaking = { percent: number; before: number; after: number };

export function breakingCommits(pool: pg.Pool, random: Random): pg.Pool & { breaking: Breaking } {
  const breaking: Breaking = { percent: 0, before: 0, after: 0 };
  return new Proxy(pool as pg.Pool & { breaking: Breaking }, {
    get(target, key) {
      if (key === 'breaking') return breaking;
      if (key === 'connect') return async () => breakable(await target.connect(), breaking, random);
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

function breakable(client: pg.PoolClient, breaking: Breaking, random: Random): pg.PoolClient {
  return new Proxy(client, {
    get(target, key) {
      if (key === 'query') {
        return async (...args: unknown[]) => {
          const chosen = args[0] === 'commit' && random.chance(breaking.percent);
          if (!chosen || !(await hasWritten(target))) return send(target, args);
          const { stream } = (target as unknown as { connection: { stream: { destroy(): void } } }).connection;
          if (random.chance(50)) {
            breaking.before += 1;
            stream.destroy();
            return send(target, args);
          }
          breaking.after += 1;
          await send(target, args);
          stream.destroy();
          throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
        };
      }
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

async function hasWritten(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ xid: string | null }>('select pg_current_xact_id_if_assigned() as xid');
  return rows[0]?.xid !== null;
}

const send = (client: pg.PoolClient, args: unknown[]): unknown =>
  (client.query as (...args: unknown[]) => unknown).apply(client, args);
