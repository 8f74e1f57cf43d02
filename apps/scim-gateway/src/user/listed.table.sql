-- How many employees SCIM shows, so that a list need not count a large account's each time.
create table own.user_counts (account_id uuid primary key, shown bigint not null);

-- 1 or 0; 0 too where there is no row.
create function own.is_shown(p_status text, p_detached boolean) returns int language sql immutable as $$
  select case when p_status <> 'released' and not p_detached then 1 else 0 end
$$;

insert into own.user_counts select account_id, sum(own.is_shown(status, detached)) from own.users group by account_id;

create function own.count_users(p_account uuid, p_more int) returns void language plpgsql as $$
begin
  if p_more <> 0 then
    insert into own.user_counts as c values (p_account, p_more)
      on conflict (account_id) do update set shown = c.shown + excluded.shown;
  end if;
end $$;

-- The rows of each kind in one function: what went before called one another.
create or replace function store.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$
declare
  more int;
begin
  if p_rows ? 'account' then
    insert into own.accounts (account_id, stream_version, created_at, state)
      select p_account, a.stream_version, a.created_at, a.state
      from jsonb_to_record(p_rows->'account') a(stream_version int, created_at timestamptz, state jsonb)
      on conflict (account_id) do update set stream_version = excluded.stream_version, state = excluded.state;
  end if;
  if p_rows ? 'users' then
    with written as (
      insert into own.users
        select p_account, u.user_id, u.scim_id, u.stream_version, u.key_id, u.status, u.active, u.ad_user, u.external_id, u.user_name_key,
          u.email_key, u.manager_ref, u.manager_id, u.terminated_on, u.created_at, u.modified_at, u."values", u.folded,
          -- an older process says nothing about it
          coalesce(u.detached, false), u.migration_id, u.matched_by, u.matched_at
        from jsonb_to_recordset(p_rows->'users') u(user_id uuid, scim_id uuid, stream_version int, key_id uuid, status text, active boolean,
          ad_user boolean, external_id text, user_name_key text, email_key text, manager_ref text, manager_id uuid, terminated_on date,
          created_at timestamptz, modified_at timestamptz, "values" jsonb, folded jsonb, detached boolean,
          migration_id uuid, matched_by text, matched_at timestamptz)
        on conflict (account_id, user_id) do update set scim_id = excluded.scim_id, stream_version = excluded.stream_version,
          status = excluded.status, active = excluded.active, ad_user = excluded.ad_user, external_id = excluded.external_id,
          user_name_key = excluded.user_name_key, email_key = excluded.email_key, manager_ref = excluded.manager_ref, manager_id = excluded.manager_id,
          terminated_on = excluded.terminated_on, modified_at = excluded.modified_at, "values" = excluded."values", folded = excluded.folded,
          detached = excluded.detached, migration_id = excluded.migration_id, matched_by = excluded.matched_by, matched_at = excluded.matched_at
        returning own.is_shown(new.status, new.detached) - own.is_shown(old.status, old.detached) as more)
    select coalesce(sum(w.more), 0) into more from written w;
    perform own.count_users(p_account, more);
  end if;
  if p_rows ? 'erased' then
    with gone as (
      delete from own.users where account_id = p_account
        and user_id in (select value::uuid from jsonb_array_elements_text(p_rows->'erased')) returning own.is_shown(status, detached) as less)
    select -coalesce(sum(g.less), 0) into more from gone g;
    perform own.count_users(p_account, more);
  end if;
  if p_rows ? 'claim_names' then
    insert into store.claims (account_id, key, stream)
      select p_account, k.key, 'user/' || u.user_id from own.users u cross join lateral unnest(array[u.user_name_key, u.email_key]) k(key)
      where u.account_id = p_account and k.key is not null
      on conflict (account_id, key) do nothing;
    if exists (select from own.users u cross join lateral unnest(array[u.user_name_key, u.email_key]) k(key)
        join store.claims c on c.account_id = u.account_id and c.key = k.key
        where u.account_id = p_account and c.stream <> 'user/' || u.user_id) then
      raise serialization_failure using message = 'an e-mail was given to a second employee meanwhile';
    end if;
  end if;
  if p_rows ? 'tokens' then
    insert into own.tokens
      select p_account, t.token_id, t.name, t.scope, t.hash, t.issued_at, t.expires_at, t.revoked_at
      from jsonb_to_recordset(p_rows->'tokens') t(token_id uuid, name text, scope text, hash text, issued_at timestamptz,
        expires_at timestamptz, revoked_at timestamptz)
      on conflict (account_id, token_id) do update set revoked_at = excluded.revoked_at;
  end if;
  if p_rows ? 'groups' then
    perform own.write_groups(p_account, p_rows->'groups');
  end if;
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

drop function own.write_rows(uuid, jsonb);
drop function own.write_rows_of_users(uuid, jsonb);
drop function own.write_rows_of_groups(uuid, jsonb);
