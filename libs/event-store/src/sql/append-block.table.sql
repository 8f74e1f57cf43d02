-- append(account, batch) with what the events say in one block: nothing of it is written as text and read again. The form with an array stays
-- for replicas that are not replaced yet. Conflicts come back as a value; see decision 2 for why each step is as it is.
--   status 'stored':   first_seq, last_seq
--   status 'conflict': detail = [{stream, expected, actual}], a stream that a decision read has moved on
--   status 'taken':    detail = [{key, stream}], a claim is held by another stream
-- p_versions null: derived events, whose stream versions are worked out here, under the lock.
create function store.append(
  p_account uuid,
  p_read_streams text[], p_read_versions int[],
  p_release_keys text[], p_release_streams text[],
  p_claim_keys text[], p_claim_streams text[],
  p_ids uuid[], p_streams text[], p_versions int[], p_types text[], p_schemas int[], p_times timestamptz[],
  p_actors text[], p_causations text[], p_correlations text[], p_keys uuid[], p_starts int[], p_lengths int[], p_block bytea,
  p_rows jsonb,
  out status text, out first_seq bigint, out last_seq bigint, out detail jsonb
) language plpgsql volatile as $$
declare
  base bigint;
  era int;
begin
  perform set_config('app.account', p_account::text, true);
  -- A statement of its own: under READ COMMITTED what follows sees what the previous holder committed.
  perform pg_advisory_xact_lock(hashtextextended(p_account::text, 20261));

  select jsonb_agg(jsonb_build_object('stream', r.stream, 'expected', r.version, 'actual', coalesce(e.stream_version, 0)))
    into detail
    from unnest(p_read_streams, p_read_versions) r(stream, version)
    left join lateral (select stream_version from store.events
      where account_id = p_account and stream = r.stream order by stream_version desc limit 1) e on true
    where coalesce(e.stream_version, 0) <> r.version;
  if detail is not null then
    -- Our own batch, sent again because the connection died before the answer: that is our success.
    select account_seq into first_seq from store.events
      where account_id = p_account and stream = p_streams[1] and stream_version = p_versions[1] and event_id = p_ids[1];
    if first_seq is not null then
      status := 'stored'; last_seq := first_seq + cardinality(p_ids) - 1; detail := null;
      return;
    end if;
    status := 'conflict';
    return;
  end if;

  if cardinality(p_claim_keys) > 0 then
    select jsonb_agg(jsonb_build_object('key', c.key, 'stream', c.stream)) into detail
      from unnest(p_claim_keys, p_claim_streams) w(key, stream)
      cross join lateral (select key, stream from store.claims where account_id = p_account and key = w.key limit 1) c
      where c.stream <> w.stream
        and not exists (select from unnest(p_release_keys, p_release_streams) r(key, stream) where r.key = c.key and r.stream = c.stream);
    if detail is not null then
      status := 'taken';
      return;
    end if;
  end if;

  select coalesce((select account_seq from store.events where account_id = p_account order by account_seq desc limit 1), 0),
    (select incarnation from store.incarnations order by incarnation desc limit 1) into base, era;
  if p_versions is null then
    p_versions := array(
      select coalesce(e.stream_version, 0) + (row_number() over (partition by s.stream order by s.n))::int
      from unnest(p_streams) with ordinality s(stream, n)
      left join lateral (select stream_version from store.events
        where account_id = p_account and stream = s.stream order by stream_version desc limit 1) e on true
      order by s.n);
  end if;
  insert into store.events (account_id, account_seq, stream, stream_version, event_id, type, version, happened_at,
      actor, causation_id, correlation_id, incarnation, key_id, data)
    select p_account, base + n, stream, stream_version, event_id, type, version, happened_at, actor, causation, correlation, era, key_id,
      substr(p_block, start, length)
    from unnest(p_streams, p_versions, p_ids, p_types, p_schemas, p_times, p_actors, p_causations, p_correlations, p_keys, p_starts, p_lengths)
      with ordinality e(stream, stream_version, event_id, type, version, happened_at, actor, causation, correlation, key_id, start, length, n);

  if cardinality(p_release_keys) > 0 then
    delete from store.claims c using unnest(p_release_keys, p_release_streams) r(key, stream)
      where c.account_id = p_account and c.key = r.key and c.stream = r.stream;
  end if;
  if cardinality(p_claim_keys) > 0 then
    insert into store.claims (account_id, key, stream)
      select p_account, key, stream from unnest(p_claim_keys, p_claim_streams) w(key, stream)
      on conflict (account_id, key) do nothing;
  end if;
  if p_rows is not null then
    perform store.write_rows(p_account, p_rows);
  end if;

  status := 'stored'; first_seq := base + 1; last_seq := base + cardinality(p_ids);
  insert into store.outbox (account_id, first_seq, last_seq) values (p_account, first_seq, last_seq);
end $$;

-- Nothing is looked up by who holds it.
drop index store.claims_stream;
