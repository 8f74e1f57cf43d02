-- What is read of an employee: all but `folded`, which only conditions look at. It is as long as the values, and nobody reads it.
create view own.user_rows with (security_invoker = true) as
  select account_id, user_id, scim_id, stream_version, key_id, status, active, ad_user, detached, external_id, user_name_key, email_key,
    manager_ref, manager_id, terminated_on, migration_id, matched_by, matched_at, created_at, modified_at, "values"
  from own.users;
grant select on own.user_rows to :app, :batch;

-- Whom SCIM shows. `manager_gone`: it shows the manager no more, so the reference is not shown either (P10, P13). A view, because a function
-- that looks into a table is called row by row.
create view own.shown_users with (security_invoker = true) as
  select u.*, u.manager_id is not null and exists (select from own.users m
    where m.account_id = u.account_id and m.scim_id = u.manager_id and (m.status = 'released' or m.detached)) as manager_gone
  from own.user_rows u where u.status <> 'released' and not u.detached;
grant select on own.shown_users to :app, :batch;

create or replace function own.known(p_account uuid, p_user_ids uuid[], p_scim_ids uuid[], p_keys text[],
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
      (select * from own.user_rows where account_id = p_account and user_id = i.id limit 1) u
    union all
    select u.* from unnest(p_scim_ids) i(id) cross join lateral
      (select * from own.user_rows where account_id = p_account and scim_id = i.id limit 1) u) u);
end $$;

create or replace function own.find_user(p_account uuid, p_scim_id uuid) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(u) from own.shown_users u where account_id = p_account and scim_id = p_scim_id);
end $$;

-- E-mails may be shared (entra.md 0), external ids too.
create or replace function own.match_users(p_account uuid, p_column text, p_key text) returns setof json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  if p_column = 'userName' then
    return query select row_to_json(u) from own.shown_users u where account_id = p_account and user_name_key = p_key limit 2;
  elsif p_column = 'email' then
    return query select row_to_json(u) from own.shown_users u where account_id = p_account and email_key = p_key
      order by created_at, scim_id limit 1000;
  else
    return query select row_to_json(u) from own.shown_users u where account_id = p_account and external_id = p_key
      order by created_at, scim_id limit 1000;
  end if;
end $$;

-- A page of all users in the order of their ids, and how many there are, in one round trip.
create function own.list_users(p_account uuid, p_start bigint, p_count int, out total bigint, out users json) language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  total := coalesce((select shown from own.user_counts where account_id = p_account), 0);
  users := (select json_agg(page) from (
    select scim_id, stream_version, active, external_id, manager_ref, created_at, modified_at, "values", manager_gone
    from own.shown_users where account_id = p_account order by scim_id limit p_count offset p_start - 1) page);
end $$;
