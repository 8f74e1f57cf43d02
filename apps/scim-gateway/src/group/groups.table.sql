-- Groups as Entra sends them (P17), written by store.append in the transaction of their events (decision 2).
create table own.groups (
  account_id uuid not null,
  group_id uuid not null,
  stream_version int not null,
  display_name text not null,
  -- folded, by which a group is found and told from the others
  name_key text not null,
  external_id text,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null,
  primary key (account_id, group_id),
  -- looked at after the statement, so that two groups can swap their names
  constraint groups_name unique (account_id, name_key) deferrable initially immediate
)
with (fillfactor = 75);
create index groups_external_id on own.groups (account_id, external_id) where external_id is not null;

-- A row per membership: a change writes only the memberships that it is about, however many the group has.
create table own.group_members (
  account_id uuid not null,
  group_id uuid not null,
  user_id uuid not null,
  primary key (account_id, group_id, user_id)
);
create index group_members_user on own.group_members (account_id, user_id, group_id);

-- `joined` and `left` are group → employees, `gone` groups, `leavers` employees who must be in no group any more.
-- Names and members were looked at before the account's lock was held: 40001 says that they have changed, and that it is to be decided again.
create function own.write_groups(p_account uuid, p jsonb) returns void language plpgsql as $$
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
      where account_id = p_account and user_id = u.id::uuid and status <> 'released' limit 1) there;
  get diagnostics done = row_count;
  if done <> wanted or exists (select from jsonb_array_elements_text(p->'leavers') l(id)
      cross join lateral (select from own.group_members where account_id = p_account and user_id = l.id::uuid limit 1) m) then
    raise serialization_failure using message = 'a member was deleted meanwhile';
  end if;
end $$;

alter function store.write_rows(uuid, jsonb) rename to write_rows_of_users;
alter function store.write_rows_of_users(uuid, jsonb) set schema own;
create function store.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$
begin
  perform own.write_rows_of_users(p_account, p_rows);
  if p_rows ? 'groups' then
    perform own.write_groups(p_account, p_rows->'groups');
  end if;
end $$;

-- What a batch of commands needs to know of groups: the groups named by id, those that have these names, who of the mentioned users is
-- there and a member, all members of `p_whole`, and the memberships of leavers with their groups.
create function own.known_groups(p_account uuid, p_groups uuid[], p_names text[], p_whole uuid[], p_mention_groups uuid[],
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
      (select user_id from own.users where account_id = p_account and scim_id = s.scim_id and status <> 'released' limit 1) u
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

-- GET by id: one round trip; members only where they are asked for.
create function own.find_group(p_account uuid, p_group uuid, p_members boolean) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return (select row_to_json(shown) from (
    select g.*, case when p_members then array(select u.scim_id from own.group_members m
      join own.users u on u.account_id = m.account_id and u.user_id = m.user_id
      where m.account_id = p_account and m.group_id = p_group order by m.user_id) end as members
    from own.groups g where g.account_id = p_account and g.group_id = p_group) shown);
end $$;
