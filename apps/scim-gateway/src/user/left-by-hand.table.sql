-- The names of employees who were deactivated by hand (P11): whoever is provisioned under one of them was still assigned in Entra.
create table own.left_by_hand (
  account_id uuid not null,
  key text not null,
  user_id uuid not null,
  primary key (account_id, key, user_id)
);
create index left_by_hand_user on own.left_by_hand (account_id, user_id);

-- Each employee's names as they are now; without keys: none any more.
create function own.write_left_by_hand(p_account uuid, p_left jsonb) returns void language sql as $$
  delete from own.left_by_hand using jsonb_to_recordset(p_left) l(user_id uuid)
    where left_by_hand.account_id = p_account and left_by_hand.user_id = l.user_id;
  insert into own.left_by_hand
    select p_account, k.key, l.user_id from jsonb_to_recordset(p_left) l(user_id uuid, keys jsonb)
      cross join lateral jsonb_array_elements_text(l.keys) k(key);
$$;
