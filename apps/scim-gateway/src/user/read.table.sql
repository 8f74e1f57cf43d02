-- What is read of an employee: all but `folded`, which only conditions look at. It is as long as the values, and nobody reads it.
create view own.user_rows with (security_invoker = true) as
  select account_id, user_id, scim_id, stream_version, key_id, status, active, ad_user, detached, external_id, user_name_key, email_key,
    manager_ref, manager_id, terminated_on, migration_id, matched_by, matched_at, created_at, modified_at, "values"
  from own.users;
grant select on own.user_rows to :app, :batch;

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
  return (select row_to_json(shown) from (
    select u.*, u.manager_id is not null and exists (select from own.users m
          where m.account_id = p_account and m.scim_id = u.manager_id and (m.status = 'released' or m.detached)) as manager_gone
    from own.user_rows u where u.account_id = p_account and u.scim_id = p_scim_id and u.status <> 'released' and not u.detached) shown);
end $$;

-- E-mails may be shared (entra.md 0), external ids too.
create or replace function own.match_users(p_account uuid, p_column text, p_key text) returns setof json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  if p_column = 'userName' then
    return query select row_to_json(shown) from (select u.*, u.manager_id is not null and exists (select from own.users m
          where m.account_id = p_account and m.scim_id = u.manager_id and (m.status = 'released' or m.detached)) as manager_gone from own.user_rows u
      where account_id = p_account and user_name_key = p_key and status <> 'released' and not detached limit 2) shown;
  elsif p_column = 'email' then
    return query select row_to_json(shown) from (select u.*, u.manager_id is not null and exists (select from own.users m
          where m.account_id = p_account and m.scim_id = u.manager_id and (m.status = 'released' or m.detached)) as manager_gone from own.user_rows u
      where account_id = p_account and email_key = p_key and status <> 'released' and not detached
      order by created_at, scim_id limit 1000) shown;
  else
    return query select row_to_json(shown) from (select u.*, u.manager_id is not null and exists (select from own.users m
          where m.account_id = p_account and m.scim_id = u.manager_id and (m.status = 'released' or m.detached)) as manager_gone from own.user_rows u
      where account_id = p_account and external_id = p_key and status <> 'released' and not detached
      order by created_at, scim_id limit 1000) shown;
  end if;
end $$;
