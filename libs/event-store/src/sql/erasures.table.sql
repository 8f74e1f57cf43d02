-- Who was erased: ids only. It lies apart from the databases that a backup brings back, and is applied again after a restore, before
-- traffic (decision 10, P20).
create schema erasures;
grant usage on schema erasures to :batch;
create table erasures.list (
  account_id uuid not null,
  user_id uuid not null,
  asked_at timestamptz(3) not null,
  actor text not null,
  correlation_id text not null,
  primary key (account_id, user_id)
);
