-- Who was deactivated by hand before names left by hand were kept: the last deletion is the operator's or a Setup admin's.
insert into own.left_by_hand
  select distinct u.account_id, k.key, u.user_id
  from own.users u
  cross join lateral (select actor from store.events e
    where e.account_id = u.account_id and e.stream = 'user/' || u.user_id and e.type = 'UserDeleted'
    order by e.stream_version desc limit 1) e
  cross join lateral unnest(array[u.folded->>'userName', u.folded->>'email']) k(key)
  where u.status = 'released' and k.key is not null and (e.actor = 'operator'
    or exists (select from own.tokens t where t.account_id = u.account_id and 'token:' || t.token_id = e.actor and t.scope = 'admin'))
  on conflict do nothing;
