import type { BenchSystem } from './bench-system.js';

const copies = `insert into bench_crowd
  select gen_random_uuid() as user_id, gen_random_uuid() as scim_id, 'crowd-' || n || '@nordlys.example' as name, n
  from generate_series(1, $1::int) n`;

/** A row of each kind as SCIM leaves it, of one who is there, under other names and ids. */
const rows = [
  `insert into own.users (account_id, user_id, scim_id, stream_version, key_id, status, active, ad_user, external_id, user_name_key, email_key,
     created_at, modified_at, "values", folded)
   select m.account_id, c.user_id, c.scim_id, 1, m.key_id, m.status, m.active, m.ad_user, c.user_id::text, c.name, c.name, m.created_at, m.modified_at,
     m.values || jsonb_build_object('userName', c.name, 'email', c.name), m.folded || jsonb_build_object('userName', c.name, 'email', c.name)
   from bench_crowd c, bench_model m`,
  `insert into store.claims select m.account_id, c.name, 'user/' || c.user_id from bench_crowd c, bench_model m`,
  `insert into store.events (account_id, account_seq, stream, stream_version, event_id, type, version, happened_at, actor, causation_id,
     correlation_id, incarnation, key_id, data)
   select e.account_id, h.head + c.n, 'user/' || c.user_id, 1, gen_random_uuid(), e.type, e.version, e.happened_at, e.actor, e.causation_id,
     e.correlation_id, e.incarnation, e.key_id, e.data
   from bench_crowd c, bench_model m join store.events e on e.account_id = m.account_id and e.stream = 'user/' || m.user_id and e.stream_version = 1
     cross join lateral (select max(account_seq) as head from store.events where account_id = m.account_id) h`,
  'update own.user_counts u set shown = u.shown + (select count(*) from bench_crowd) from bench_model m where u.account_id = m.account_id',
];

/**
 * Fills an account up with so many users more, at once and past the gateway, which would take minutes: for measuring a large account only. Nobody
 * is told of them, and what their events hold cannot be opened.
 */
export async function seedCrowd(system: BenchSystem, accountId: string, count: number): Promise<void> {
  const store = await system.connect('scim_gateway');
  await store.query('create temporary table bench_crowd (user_id uuid, scim_id uuid, name text, n int)');
  await store.query(
    `create temporary table bench_model as select * from own.users where account_id = '${accountId}' and stream_version = 1 limit 1`,
  );
  await store.query(copies, [count]);
  for (const text of rows) await store.query(text);
  for (const table of ['own.users', 'store.claims', 'store.events']) await store.query(`vacuum analyze ${table}`);
  await store.query('drop table bench_crowd, bench_model');
}
