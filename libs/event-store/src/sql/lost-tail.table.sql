-- After a restore the events since the backup are brought back from the log before the service opens (decision 9). Raising the
-- incarnation says that this is still to be done.
alter table store.incarnations add column tail_back_at timestamptz;
update store.incarnations set tail_back_at = raised_at;
grant update (tail_back_at) on store.incarnations to :batch;

-- Stores events again as they were: with their ids, sequences and incarnations. They are in the log, so nothing goes to the outbox.
-- @returns false when the account does not stand where they go on.
create function store.append_again(
  p_account uuid, p_after bigint, p_previd uuid,
  p_ids uuid[], p_streams text[], p_versions int[], p_types text[], p_schemas int[], p_times timestamptz[],
  p_actors text[], p_causations text[], p_correlations text[], p_incarnations int[], p_keys uuid[], p_data bytea[]
) returns boolean language plpgsql volatile as $$
declare
  head record;
begin
  perform set_config('app.account', p_account::text, true);
  perform pg_advisory_xact_lock(hashtextextended(p_account::text, 20261));
  select account_seq, event_id into head from store.events where account_id = p_account order by account_seq desc limit 1;
  if coalesce(head.account_seq, 0) <> p_after or head.event_id is distinct from p_previd then
    return false;
  end if;
  insert into store.events (account_id, account_seq, stream, stream_version, event_id, type, version, happened_at,
      actor, causation_id, correlation_id, incarnation, key_id, data)
    select p_account, p_after + n, stream, stream_version, event_id, type, version, happened_at, actor, causation, correlation,
      incarnation, key_id, data
    from unnest(p_ids, p_streams, p_versions, p_types, p_schemas, p_times, p_actors, p_causations, p_correlations, p_incarnations, p_keys, p_data)
      with ordinality e(event_id, stream, stream_version, type, version, happened_at, actor, causation, correlation, incarnation, key_id, data, n);
  return true;
end $$;

-- The key that each stream's events are sealed with.
create function store.last_keys(p_account uuid, p_streams text[]) returns table (stream text, key_id uuid) language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  return query select s.stream, e.key_id from unnest(p_streams) s(stream) cross join lateral (
    select v.key_id from store.events v where v.account_id = p_account and v.stream = s.stream and v.key_id is not null
    order by v.stream_version desc limit 1) e;
end $$;
