-- What happened to each employee, one line per event; the words are made when it is read.
create table history (
  account_id uuid not null,
  source text not null,
  seq bigint not null,
  user_id uuid not null,
  happened_at text not null,
  actor text not null,
  correlation_id text not null,
  type text not null,
  data jsonb not null,
  primary key (account_id, source, seq)
);
create index history_user on history (account_id, user_id, happened_at);
