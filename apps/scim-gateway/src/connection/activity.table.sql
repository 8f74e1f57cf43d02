-- What Entra did, counted minute by minute in the statement that stores the rows of the provisioning log: how a cycle goes is read from here,
-- however long it is.
create table own.provisioning_activity (
  account_id uuid not null,
  minute timestamptz(0) not null,
  action text not null,
  outcome text not null,
  -- '' where nothing was refused
  code text not null,
  lookup boolean not null,
  requests bigint not null,
  primary key (account_id, minute, action, outcome, code, lookup)
);
