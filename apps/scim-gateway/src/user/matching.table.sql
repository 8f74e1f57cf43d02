-- The queries with which Entra matches (entra.md 1.3), each by its own index: who is found, or two of several. As one value: a function that returns
-- rows keeps them in a table of its own first. own.match_users is for older processes.
create function own.matching_users(p_account uuid, p_column text, p_key text) returns json language plpgsql stable as $$
begin
  perform set_config('app.account', p_account::text, true);
  if p_column = 'userName' then
    return (select json_agg(u) from (select * from own.shown_users where account_id = p_account and user_name_key = p_key limit 2) u);
  elsif p_column = 'email' then
    return (select json_agg(u) from (select * from own.shown_users where account_id = p_account and email_key = p_key limit 2) u);
  else
    return (select json_agg(u) from (select * from own.shown_users where account_id = p_account and external_id = p_key limit 2) u);
  end if;
end $$;
