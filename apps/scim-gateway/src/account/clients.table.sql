-- How an account's OAuth client proves who it is, written by store.append in the transaction of the events (decision 2).
create table own.client_secrets (
  account_id uuid not null,
  secret_id uuid not null,
  name text not null,
  hash text not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (account_id, secret_id)
);
create unique index client_secrets_hash on own.client_secrets (account_id, hash);

-- The Entra tenant, application and subject whose assertions are trusted: one an account (RFC 7523).
create table own.federations (
  account_id uuid primary key,
  federation_id uuid not null,
  tenant_id uuid not null,
  application_id uuid not null,
  subject text not null,
  configured_at timestamptz(3) not null
);

alter function store.write_rows(uuid, jsonb) rename to write_rows_of_groups;
alter function store.write_rows_of_groups(uuid, jsonb) set schema own;
create function store.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$
begin
  perform own.write_rows_of_groups(p_account, p_rows);
  if p_rows ? 'secrets' then
    insert into own.client_secrets
      select p_account, s.secret_id, s.name, s.hash, s.issued_at, s.expires_at, s.revoked_at
      from jsonb_to_recordset(p_rows->'secrets') s(secret_id uuid, name text, hash text, issued_at timestamptz, expires_at timestamptz,
        revoked_at timestamptz);
  end if;
  if p_rows ? 'revoked_secrets' then
    update own.client_secrets s set revoked_at = r.at::timestamptz
      from jsonb_each_text(p_rows->'revoked_secrets') r(id, at) where s.account_id = p_account and s.secret_id = r.id::uuid;
  end if;
  if p_rows ? 'federation' then
    delete from own.federations where account_id = p_account;
    insert into own.federations
      select p_account, f.federation_id, f.tenant_id, f.application_id, f.subject, f.configured_at
      from jsonb_to_record(nullif(p_rows->'federation', 'null')) f(federation_id uuid, tenant_id uuid, application_id uuid, subject text,
        configured_at timestamptz)
      where f.federation_id is not null;
  end if;
end $$;

-- A secret by its hash, within the account that the caller names: another account's secret is not found (P15).
create function own.find_client_secret(p_account uuid, p_hash text) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(shown) from (
    select s.secret_id as credential_id, s.expires_at, s.revoked_at, a.state
    from own.client_secrets s join own.accounts a on a.account_id = s.account_id
    where s.account_id = p_account and s.hash = p_hash) shown);
end $$;

create function own.find_federation(p_account uuid) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(shown) from (
    select f.*, a.state from own.federations f join own.accounts a on a.account_id = f.account_id where f.account_id = p_account) shown);
end $$;

-- What an access token was given for, as it is now.
create function own.find_client(p_account uuid, p_credential uuid) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(shown) from (
    select c.expires_at, c.revoked_at, a.state from (
      select account_id, expires_at, revoked_at from own.client_secrets where account_id = p_account and secret_id = p_credential
      union all
      select account_id, null, null from own.federations where account_id = p_account and federation_id = p_credential) c
    join own.accounts a on a.account_id = c.account_id) shown);
end $$;
