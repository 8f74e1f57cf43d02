-- Reads of users for all who ask of one account at the same time: what a call costs before it finds anybody, it costs once. `n` says which of
-- the values found a row. own.find_user and own.matching_users are for older processes.
create function own.find_users(p_account uuid, p_scim_ids uuid[]) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select json_agg(u) from (
    select k.n, s.* from unnest(p_scim_ids) with ordinality k(id, n) cross join lateral
      (select * from own.shown_users where account_id = p_account and scim_id = k.id limit 1) s) u);
end $$;

-- The queries with which Entra matches (entra.md 1.3), each by its own index: who is found, or two of several.
create function own.matching_users(p_account uuid, p_column text, p_keys text[]) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  if p_column = 'userName' then
    return (select json_agg(u) from (
      select k.n, s.* from unnest(p_keys) with ordinality k(key, n) cross join lateral
        (select * from own.shown_users where account_id = p_account and user_name_key = k.key limit 2) s) u);
  elsif p_column = 'email' then
    return (select json_agg(u) from (
      select k.n, s.* from unnest(p_keys) with ordinality k(key, n) cross join lateral
        (select * from own.shown_users where account_id = p_account and email_key = k.key limit 2) s) u);
  else
    return (select json_agg(u) from (
      select k.n, s.* from unnest(p_keys) with ordinality k(key, n) cross join lateral
        (select * from own.shown_users where account_id = p_account and external_id = k.key limit 2) s) u);
  end if;
end $$;

-- A page of all users in the order of their ids, column by column: as JSON, a list of rows costs Postgres half as much again. And how many there
-- are, in the same round trip. own.list_users is for older processes.
create function own.page_of_users(p_account uuid, p_start bigint, p_count int, out total bigint, out scim_id json, out stream_version json,
  out active json, out external_id json, out manager_ref json, out created_at json, out modified_at json, out "values" json,
  out manager_gone json) language plpgsql stable as $$
#variable_conflict use_column
begin
  perform set_config('app.account', p_account::text, true);
  total := coalesce((select shown from own.user_counts where account_id = p_account), 0);
  select json_agg(p.scim_id), json_agg(p.stream_version), json_agg(p.active), json_agg(p.external_id), json_agg(p.manager_ref),
      json_agg(p.created_at), json_agg(p.modified_at), json_agg(p."values"), json_agg(p.manager_gone)
    into scim_id, stream_version, active, external_id, manager_ref, created_at, modified_at, "values", manager_gone
    from (select u.scim_id, u.stream_version, u.active, u.external_id, u.manager_ref, u.created_at, u.modified_at, u."values", u.manager_gone
      from own.shown_users u where u.account_id = p_account order by u.scim_id limit p_count offset p_start - 1) p;
end $$;
