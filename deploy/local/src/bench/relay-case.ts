import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { BenchSystem } from './bench-system.js';
import { median, type Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { seedUsers } from './seed.js';

const name = 'relay under an open snapshot';
const eventsPerRow = 8;

/** Everything stored is published again: while a dump holds a snapshot open, so that no dead row can be removed, and without. */
export async function relayCase({ wants, rounds, say }: BenchOptions): Promise<Measurement[]> {
  if (!wants(name)) return [];
  return BenchSystem.with({ services: ['scim-gateway'], say }, async (system) => {
    const accounts = await Promise.all(Array.from({ length: 8 }, (_, index) => system.account(`Account ${index}`)));
    await seedUsers(system, accounts, 8_000);
    const [store, dump] = [await system.connect('scim_gateway'), await system.connect('scim_gateway')];
    await republished(store);
    const free: number[] = [];
    const held: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await store.query('vacuum analyze store.outbox');
      free.push(await republished(store));
      await dump.query('begin isolation level repeatable read');
      await dump.query('select count(*) from store.outbox');
      await republished(store);
      held.push(await republished(store));
      await dump.query('rollback');
    }
    const ratio = median(held.map((each, round) => each / (free[round] ?? 0)));
    return [{ name, unit: 'events/s', value: median(held), perRound: held, reference: median(free), ratio }];
  });
}

/** Puts every event into the outbox again and waits until the log has them. @returns events a second. */
async function republished(store: pg.Client): Promise<number> {
  const begin = performance.now();
  const { rows } = await store.query<{ n: string }>(
    `with rows as (
       insert into store.outbox (account_id, first_seq, last_seq)
       select account_id, min(account_seq), max(account_seq) from store.events
       group by account_id, account_seq / $1 order by account_id, account_seq / $1 returning last_seq - first_seq + 1 as events)
     select sum(events) as n from rows, pg_notify('store_outbox', '')`,
    [eventsPerRow],
  );
  for (;;) {
    const { rowCount } = await store.query('select from store.outbox limit 1');
    if (rowCount === 0) return (Number(rows[0]?.n) * 1000) / (performance.now() - begin);
    await pause(20);
  }
}
