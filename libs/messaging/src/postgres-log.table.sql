create schema log;

create table log.topics (
  id int generated always as identity primary key,
  name text not null unique,
  partitions int not null check (partitions > 0)
);

-- The lock of this row orders the writers of a partition: offsets have no gaps and become visible in order.
create table log.partitions (
  id int generated always as identity primary key,
  topic_id int not null references log.topics,
  partition int not null,
  next_offset bigint not null default 0,
  unique (topic_id, partition)
) with (fillfactor = 50);

create table log.messages (
  partition_id int not null,
  "offset" bigint not null,
  key text not null,
  value text not null,
  at timestamptz not null,
  primary key (partition_id, "offset")
);
create index messages_at on log.messages using brin (at) with (pages_per_range = 16);

create table log.groups (
  id int generated always as identity primary key,
  name text not null unique
);

-- How far a group has come; a partition without a row begins at the oldest message.
create table log.offsets (
  group_id int not null references log.groups,
  partition_id int not null references log.partitions,
  next_offset bigint not null,
  primary key (group_id, partition_id)
) with (fillfactor = 50);

-- Stores a batch in one round trip. Partitions are locked in order of their id, so two writers never wait for each other in a circle.
-- VOLATILE and READ COMMITTED: the statement after the lock sees what the holder before committed.
create function log.publish(topic_name text, to_partitions int[], keys text[], vals text[]) returns void
language plpgsql volatile as $$
declare
  stored bigint;
begin
  perform from log.partitions p join log.topics t on t.id = p.topic_id
    where t.name = topic_name and p.partition = any(to_partitions)
    order by p.id for update of p;
  with message as (
    select m.partition, m.key, m.val, row_number() over (partition by m.partition order by m.ord) as nth
    from unnest(to_partitions, keys, vals) with ordinality m(partition, key, val, ord)
  ), given as (
    update log.partitions p set next_offset = p.next_offset + c.n
    from (select partition, count(*) as n from message group by partition) c, log.topics t
    where t.name = topic_name and p.topic_id = t.id and p.partition = c.partition
    returning p.id, p.partition, p.next_offset - c.n as first
  )
  insert into log.messages (partition_id, "offset", key, value, at)
  select g.id, g.first + m.nth - 1, m.key, m.val, clock_timestamp()
  from message m join given g using (partition);
  get diagnostics stored = row_count;
  if stored <> cardinality(vals) then
    raise exception 'topic % has no such partition', topic_name using errcode = 'undefined_object';
  end if;
end $$;

-- What is new in some partitions: [ids, next offsets] → messages, at most `most` and about `bytes` of each. A partition whose counter
-- differs from what its reader expects always has a row, without a message when there is none left to read.
create function log.read(ids int[], nexts bigint[], most int, bytes bigint)
returns table (id int, next_offset bigint, "offset" bigint, key text, value text)
language sql stable as $$
  select p.id, p.next_offset, m."offset", m.key, m.value
  from unnest(ids, nexts) w(id, next)
  join log.partitions p on p.id = w.id and p.next_offset <> w.next
  left join lateral (
    select s."offset", s.key, s.value from (
      select l.*, sum(octet_length(l.value)) over (order by l."offset") - octet_length(l.value) as before
      from (
        select * from log.messages l where l.partition_id = w.id and l."offset" >= w.next order by l."offset" limit most
      ) l
    ) s where s.before < bytes
  ) m on true
  order by p.id, m."offset"
$$;
