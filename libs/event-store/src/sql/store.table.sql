-- The event store of a service that owns events (decisions 2, 3, 9, 11). :app runs commands under row-level security,
-- :batch is the named role of relay, feed and the consumers that append derived events.
create schema store;
grant usage on schema store to :app, :batch;

-- A restore raises the incarnation in one transaction with the heads it starts from (decision 9).
create table store.incarnations (
  incarnation int primary key,
  raised_at timestamptz not null default clock_timestamp(),
  reason text not null
);
insert into store.incarnations values (1, clock_timestamp(), 'created');
grant select on store.incarnations to :app, :batch;

create table store.forks (
  incarnation int not null references store.incarnations,
  account_id uuid not null,
  last_seq bigint not null,
  last_event_id uuid not null,
  primary key (account_id, incarnation)
);

create table store.events (
  account_id uuid not null,
  account_seq bigint not null,
  stream text not null,
  stream_version int not null,
  event_id uuid not null,
  type text not null,
  version int not null,
  happened_at timestamptz(3) not null,
  actor text not null,
  causation_id text not null,
  correlation_id text not null,
  incarnation int not null,
  -- null: stored in clear (nothing personal in it); else the key that `data` is sealed with (decision 10)
  key_id uuid,
  data bytea not null,
  -- the feed's "changed since" goes by transaction, never by time or position (decisions 3, 5)
  txid bigint not null default (pg_current_xact_id()::text::bigint),
  primary key (account_id, account_seq),
  unique (account_id, stream, stream_version)
);
create index events_txid on store.events using brin (txid) with (pages_per_range = 16, autosummarize = on);

-- User names and e-mails share one namespace per account (P6): a person may hold both with one row.
create table store.claims (
  account_id uuid not null,
  key text not null,
  stream text not null,
  primary key (account_id, key)
);
create index claims_stream on store.claims (account_id, stream);

-- One row per append, without payload; the relay reads the events themselves.
create table store.outbox (
  id bigint generated always as identity primary key,
  account_id uuid not null,
  first_seq bigint not null,
  last_seq bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
grant select on sequence store.outbox_id_seq to :batch;

-- What a service writes in the same transaction as its events (its read rows). A service that has some replaces this function.
create function store.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$ begin end $$;
