-- The provisioning log (P18): a row per SCIM request that changes or tries to, and per look-up of Entra. Kept for 90 days.
-- `entry_id` is a UUID of version 7: it carries the time, so that the primary key serves paging, times and retention.
create table own.provisioning_log (
  account_id uuid not null,
  entry_id uuid not null,
  action text not null,
  outcome text not null,
  lookup text,
  resource text,
  user_id uuid,
  scim_id uuid,
  -- in clear for the search only; an erasure clears them or removes the row (P20)
  user_name_key text,
  external_id text,
  method text not null,
  status smallint not null,
  code text,
  correlation_id text not null,
  token_id uuid,
  -- the employee's key, or one of the row's own where it is about nobody who is here; null: the content names nobody
  key_id uuid,
  content bytea,
  primary key (account_id, entry_id)
);
create index provisioning_log_user on own.provisioning_log (account_id, user_id, entry_id) where user_id is not null;
-- An employee has another SCIM id than their own only after an activation by hand; groups and strangers have no employee.
create index provisioning_log_scim on own.provisioning_log (account_id, scim_id, entry_id)
  where scim_id is not null and user_id is distinct from scim_id;
create index provisioning_log_name on own.provisioning_log (account_id, user_name_key) where user_name_key is not null;
create index provisioning_log_external on own.provisioning_log (account_id, external_id) where external_id is not null;
