-- The gateway's read rows, written by store.append in the transaction of the events they follow from (decision 2).
create schema own;
grant usage on schema own to :app, :batch;

create table own.accounts (
  account_id uuid primary key,
  stream_version int not null,
  created_at timestamptz(3) not null,
  state jsonb not null
);

-- One row per employee ever: what SCIM shows and what the rules read. Released and erased ones stay or go as P10 and P20 say.
create table own.users (
  account_id uuid not null,
  user_id uuid not null,
  scim_id uuid not null,
  stream_version int not null,
  key_id uuid not null,
  status text not null,
  active boolean not null,
  ad_user boolean not null,
  external_id text,
  user_name_key text,
  email_key text,
  -- the manager as sent, and as an id when it is one
  manager_ref text,
  manager_id uuid,
  terminated_on date,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null,
  -- field → text as received, and field → folded text for what is compared without case
  "values" jsonb not null,
  folded jsonb not null,
  primary key (account_id, user_id)
)
-- room on each page, so that a change stays on it and no index is written
with (fillfactor = 75);
create unique index users_scim_id on own.users (account_id, scim_id);
create index users_user_name on own.users (account_id, user_name_key);
create index users_email on own.users (account_id, email_key);
create index users_external_id on own.users (account_id, external_id) where external_id is not null;

create table own.tokens (
  account_id uuid not null,
  token_id uuid not null,
  name text not null,
  scope text not null,
  hash text not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (account_id, token_id)
);
create unique index tokens_hash on own.tokens (hash);
create or replace function store.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$
begin
  if p_rows ? 'account' then
    insert into own.accounts (account_id, stream_version, created_at, state)
      select p_account, a.stream_version, a.created_at, a.state
      from jsonb_to_record(p_rows->'account') a(stream_version int, created_at timestamptz, state jsonb)
      on conflict (account_id) do update set stream_version = excluded.stream_version, state = excluded.state;
  end if;
  if p_rows ? 'users' then
    insert into own.users
      select p_account, u.user_id, u.scim_id, u.stream_version, u.key_id, u.status, u.active, u.ad_user, u.external_id, u.user_name_key,
        u.email_key, u.manager_ref, u.manager_id, u.terminated_on, u.created_at, u.modified_at, u."values", u.folded
      from jsonb_to_recordset(p_rows->'users') u(user_id uuid, scim_id uuid, stream_version int, key_id uuid, status text, active boolean,
        ad_user boolean, external_id text, user_name_key text, email_key text, manager_ref text, manager_id uuid, terminated_on date,
        created_at timestamptz, modified_at timestamptz, "values" jsonb, folded jsonb)
      on conflict (account_id, user_id) do update set scim_id = excluded.scim_id, stream_version = excluded.stream_version,
        status = excluded.status, active = excluded.active, ad_user = excluded.ad_user, external_id = excluded.external_id,
        user_name_key = excluded.user_name_key, email_key = excluded.email_key, manager_ref = excluded.manager_ref, manager_id = excluded.manager_id,
        terminated_on = excluded.terminated_on, modified_at = excluded.modified_at, "values" = excluded."values", folded = excluded.folded;
  end if;
  if p_rows ? 'tokens' then
    insert into own.tokens
      select p_account, t.token_id, t.name, t.scope, t.hash, t.issued_at, t.expires_at, t.revoked_at
      from jsonb_to_recordset(p_rows->'tokens') t(token_id uuid, name text, scope text, hash text, issued_at timestamptz,
        expires_at timestamptz, revoked_at timestamptz)
      on conflict (account_id, token_id) do update set revoked_at = excluded.revoked_at;
  end if;
end $$;

-- What a batch of commands needs to know, in one round trip: the account, the employees named by id, and the holders of names.
create function own.known(p_account uuid, p_user_ids uuid[], p_scim_ids uuid[], p_keys text[],
  out account json, out users json, out claims jsonb) language plpgsql stable as $$
declare ids uuid[];
begin
  perform set_config('app.account', p_account::text, true);
  account := (select row_to_json(a) from own.accounts a where account_id = p_account);
  if cardinality(p_keys) > 0 then
    claims := (select jsonb_object_agg(c.key, substr(c.stream, 6)) from unnest(p_keys) k(key)
      cross join lateral (select key, stream from store.claims where account_id = p_account and key = k.key limit 1) c);
    ids := array(select value::uuid from jsonb_each_text(claims));
  end if;
  users := (select json_agg(u) from (
    select u.* from unnest(p_user_ids || ids) i(id) cross join lateral
      (select * from own.users where account_id = p_account and user_id = i.id limit 1) u
    union all
    select u.* from unnest(p_scim_ids) i(id) cross join lateral
      (select * from own.users where account_id = p_account and scim_id = i.id limit 1) u) u);
end $$;

-- Rows leave as json: they are not taken apart into jsonb first.
-- GET by id: one round trip. `manager_gone`: the manager was hard-deleted, so the reference is not shown any more (P10).
create function own.find_user(p_account uuid, p_scim_id uuid) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(shown) from (
    select u.*, exists (select from own.users m
      where m.account_id = p_account and m.scim_id = u.manager_id and m.status = 'released') as manager_gone
    from own.users u where u.account_id = p_account and u.scim_id = p_scim_id and u.status <> 'released') shown);
end $$;

-- The queries with which Entra matches (entra.md 1.3): one round trip, each by its own index.
create function own.match_users(p_account uuid, p_column text, p_key text) returns setof json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  if p_column = 'userName' then
    return query select row_to_json(u) from own.users u where account_id = p_account and user_name_key = p_key and status <> 'released' limit 2;
  elsif p_column = 'email' then
    return query select row_to_json(u) from own.users u where account_id = p_account and email_key = p_key and status <> 'released' limit 2;
  else
    return query select row_to_json(u) from own.users u where account_id = p_account and external_id = p_key and status <> 'released'
      order by created_at, scim_id limit 1000;
  end if;
end $$;

-- A token by its hash, with its account, as the named batch role: the account is not known before.
create view own.access with (security_invoker = true) as
  select t.hash, t.account_id, t.token_id, t.scope, t.expires_at, t.revoked_at, a.state
  from own.tokens t join own.accounts a on a.account_id = t.account_id;
grant select on own.access to :batch;
