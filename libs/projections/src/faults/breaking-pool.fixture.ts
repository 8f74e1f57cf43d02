import type { Random } from '@bitabiz/testing/random';
import type pg from 'pg';

/** A connection dies just before its COMMIT is sent, or just after, when nobody can know whether it counted. */
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
        return (...args: unknown[]) => {
          if (args[0] !== 'commit' || !random.chance(breaking.percent)) return send(target, args);
          const { stream } = (target as unknown as { connection: { stream: { destroy(): void } } }).connection;
          if (random.chance(50)) {
            breaking.before += 1;
            stream.destroy();
            return send(target, args);
          }
          breaking.after += 1;
          const answer = send(target, args) as Promise<unknown>;
          return answer.then(() => {
            stream.destroy();
            throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
          });
        };
      }
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

const send = (client: pg.PoolClient, args: unknown[]): unknown =>
  (client.query as (...args: unknown[]) => unknown).apply(client, args);
