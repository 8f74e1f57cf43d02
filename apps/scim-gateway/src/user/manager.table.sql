-- Ids that SCIM showed once and that no row of own.users has any more: of who was erased (P20), or came back as a new one after a hard delete (P10).
create table own.former_ids (account_id uuid, scim_id uuid, primary key (account_id, scim_id));

-- Whom SCIM shows no more (P10, P13, P20). A reference to one of them is not shown either; one to somebody who was never here is (A4).
create view own.gone_ids with (security_invoker = true) as
  select account_id, scim_id from own.users where status = 'released' or detached
  union all
  select account_id, scim_id from own.former_ids;
grant select on own.gone_ids to :app, :batch;

-- What the rules and SCIM's answers read of an employee.
create view own.known_users with (security_invoker = true) as
  select u.*, u.manager_id is not null and exists (select from own.gone_ids g
    where g.account_id = u.account_id and g.scim_id = u.manager_id) as manager_gone
  from own.user_rows u;
grant select on own.known_users to :app, :batch;

create or replace view own.shown_users with (security_invoker = true) as
  select * from own.known_users where status <> 'released' and not detached;

-- As before, and of these managers whether SCIM shows them no more. The one without managers is for older processes.
create function own.known(p_account uuid, p_user_ids uuid[], p_scim_ids uuid[], p_keys text[], p_managers uuid[],
  out account json, out users json, out claims jsonb, out managers json) language plpgsql stable as $$
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
      (select * from own.known_users where account_id = p_account and user_id = i.id limit 1) u
    union all
    select u.* from unnest(p_scim_ids) i(id) cross join lateral
      (select * from own.known_users where account_id = p_account and scim_id = i.id limit 1) u) u);
  if cardinality(p_managers) > 0 then
    managers := (select json_object_agg(m.id, own.is_gone(p_account, m.id)) from unnest(p_managers) m(id));
  end if;
end $$;

create function own.is_gone(p_account uuid, p_scim_id uuid) returns boolean language sql stable as $$
  select exists (select from own.gone_ids where account_id = p_account and scim_id = p_scim_id)
$$;

create function own.write_former(p_account uuid, p_ids jsonb) returns void language sql as $$
  insert into own.former_ids select p_account, value::uuid from jsonb_array_elements_text(p_ids) on conflict do nothing
$$;

-- Writes nothing: says of each manager whether the answer to this change hides it. 40001: it has become otherwise meanwhile, so the change is to be
-- decided and answered again.
create function own.write_managers(p_account uuid, p_managers jsonb) returns void language plpgsql as $$
begin
  if exists (select from jsonb_each_text(p_managers) m(id, gone) where own.is_gone(p_account, m.id::uuid) <> m.gone::boolean) then
    raise serialization_failure using message = 'a manager came or went meanwhile';
  end if;
end $$;
