-- How far a projection has come, per owning service and account, moved in the projection's own transaction (decision 5).
create table checkpoints (
  source text not null,
  account_id uuid not null,
  incarnation int not null,
  last_seq bigint not null,
  last_event_id uuid,
  -- why this account waits for a newer reader; empty means it flows
  paused text,
  primary key (account_id, source)
);

-- References to events that could not be applied; the payload is read again from the feed (decision 6).
create table parked (
  source text not null,
  account_id uuid not null,
  seq bigint not null,
  stream text not null,
  event_id uuid not null,
  type text not null,
  reason text not null,
  parked_at timestamptz not null,
  primary key (account_id, source, seq)
);
create index parked_stream on parked (account_id, source, stream);
