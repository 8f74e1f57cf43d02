-- Whose AD user mark was removed by hand is hidden from SCIM while the names stay taken (P13).
alter table own.users add column detached boolean not null default false;

-- own.write_rows, which writes it, is made anew by the migration that comes after this one.

-- GET by id. `manager_gone`: SCIM shows the manager no more, so the reference is not shown either (P10, P13).
create or replace function own.find_user(p_account uuid, p_scim_id uuid) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(shown) from (
    select u.*, exists (select from own.users m
      where m.account_id = p_account and m.scim_id = u.manager_id and (m.status = 'released' or m.detached)) as manager_gone
    from own.users u where u.account_id = p_account and u.scim_id = p_scim_id and u.status <> 'released' and not u.detached) shown);
end $$;

create or replace function own.match_users(p_account uuid, p_column text, p_key text) returns setof json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  if p_column = 'userName' then
    return query select row_to_json(u) from own.users u
      where account_id = p_account and user_name_key = p_key and status <> 'released' and not detached limit 2;
  elsif p_column = 'email' then
    return query select row_to_json(u) from own.users u
      where account_id = p_account and email_key = p_key and status <> 'released' and not detached limit 2;
  else
    return query select row_to_json(u) from own.users u
      where account_id = p_account and external_id = p_key and status <> 'released' and not detached
      order by created_at, scim_id limit 1000;
  end if;
end $$;

-- Nobody who is hidden is, or becomes, a member of a group.
-- `joined` and `left` are group → employees, `gone` groups, `leavers` employees who must be in no group any more.
-- Names and members were looked at before the account's lock was held: 40001 says that they have changed, and that it is to be decided again.
create or replace function own.write_groups(p_account uuid, p jsonb) returns void language plpgsql as $$
declare
  wanted bigint;
  done bigint;
begin
  -- By row, found by lateral look-ups: a generic plan would read all members of the account.
  delete from own.group_members m using jsonb_array_elements_text(p->'gone') g(id) cross join lateral
    (select x.ctid from own.group_members x where x.account_id = p_account and x.group_id = g.id::uuid offset 0) gone
    where m.ctid = gone.ctid;
  delete from own.groups o using jsonb_array_elements_text(p->'gone') g(id) cross join lateral
    (select x.ctid from own.groups x where x.account_id = p_account and x.group_id = g.id::uuid limit 1) gone
    where o.ctid = gone.ctid;
  delete from own.group_members m using jsonb_each(p->'left') l(id, users) cross join lateral jsonb_array_elements_text(l.users) u(id)
    cross join lateral (select x.ctid from own.group_members x
      where x.account_id = p_account and x.group_id = l.id::uuid and x.user_id = u.id::uuid limit 1) gone
    where m.ctid = gone.ctid;
  begin
    insert into own.groups
      select p_account, g.group_id, g.stream_version, g.display_name, g.name_key, g.external_id, g.created_at, g.modified_at
      from jsonb_to_recordset(p->'rows') g(group_id uuid, stream_version int, display_name text, name_key text, external_id text,
        created_at timestamptz, modified_at timestamptz)
      on conflict (account_id, group_id) do update set stream_version = excluded.stream_version, display_name = excluded.display_name,
        name_key = excluded.name_key, external_id = excluded.external_id, modified_at = excluded.modified_at;
  exception when unique_violation then
    raise serialization_failure using message = 'a group took this name meanwhile';
  end;
  wanted := (select coalesce(sum(jsonb_array_length(j.users)), 0) from jsonb_each(p->'joined') j(id, users));
  insert into own.group_members
    select p_account, j.id::uuid, u.id::uuid from jsonb_each(p->'joined') j(id, users)
    cross join lateral jsonb_array_elements_text(j.users) u(id)
    cross join lateral (select from own.users
      where account_id = p_account and user_id = u.id::uuid and status <> 'released' and not detached limit 1) there;
  get diagnostics done = row_count;
  if done <> wanted or exists (select from jsonb_array_elements_text(p->'leavers') l(id)
      cross join lateral (select from own.group_members where account_id = p_account and user_id = l.id::uuid limit 1) m) then
    raise serialization_failure using message = 'a member was deleted or detached meanwhile';
  end if;
end $$;

-- What a batch of commands needs to know of groups: the groups named by id, those that have these names, who of the mentioned users is
-- there and a member, all members of `p_whole`, and the memberships of leavers with their groups.
create or replace function own.known_groups(p_account uuid, p_groups uuid[], p_names text[], p_whole uuid[], p_mention_groups uuid[],
  p_mention_scims uuid[], p_leaver_users uuid[], p_leaver_scims uuid[], out groups json, out mentioned json, out members json)
language plpgsql stable as $$
declare
  leavers uuid[];
  left_groups uuid[];
begin
  perform set_config('app.account', p_account::text, true);
  leavers := p_leaver_users || array(select u.user_id from unnest(p_leaver_scims) s(id) cross join lateral
    (select user_id from own.users where account_id = p_account and scim_id = s.id limit 1) u);
  mentioned := (select json_agg(u) from (
    select s.group_id, s.scim_id, u.user_id, m.user_id is not null as member
    from unnest(p_mention_groups, p_mention_scims) s(group_id, scim_id) cross join lateral
      (select user_id from own.users where account_id = p_account and scim_id = s.scim_id and status <> 'released' and not detached limit 1) u
    left join lateral (select user_id from own.group_members
      where account_id = p_account and group_id = s.group_id and user_id = u.user_id limit 1) m on true) u);
  left_groups := array(select m.group_id from unnest(leavers) l(id) cross join lateral
    (select group_id from own.group_members where account_id = p_account and user_id = l.id offset 0) m);
  members := (select json_agg(m) from (
    select m.group_id, m.user_id from unnest(p_whole) w(id) cross join lateral
      (select group_id, user_id from own.group_members where account_id = p_account and group_id = w.id offset 0) m
    union all
    select m.group_id, m.user_id from unnest(leavers) l(id) cross join lateral
      (select group_id, user_id from own.group_members where account_id = p_account and user_id = l.id offset 0) m) m);
  groups := (select json_agg(g) from (
    select g.* from unnest(p_groups || left_groups) i(id) cross join lateral
      (select * from own.groups where account_id = p_account and group_id = i.id limit 1) g
    union
    select g.* from unnest(p_names) n(key) cross join lateral
      (select * from own.groups where account_id = p_account and name_key = n.key limit 1) g) g);
end $$;
