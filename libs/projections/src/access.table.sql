-- Accounts and their tokens, as the gateway publishes them: every API that is not SCIM checks its tokens against its own copy (decision 14).
create table access_accounts (
  account_id uuid not null,
  id uuid not null,
  name text not null,
  time_zone text not null,
  open boolean not null,
  primary key (account_id, id)
);

create table access_tokens (
  account_id uuid not null,
  token_id uuid not null,
  scope text not null,
  hash text not null,
  expires_at text,
  revoked_at text,
  primary key (account_id, token_id)
);
create index access_tokens_hash on access_tokens (hash);
