-- Rows of erased employees go in the transaction of UserErased (P20).
alter function store.write_rows(uuid, jsonb) set schema own;
create function store.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$
begin
  perform own.write_rows(p_account, p_rows);
  if p_rows ? 'erased' then
    delete from own.users where account_id = p_account
      and user_id in (select value::uuid from jsonb_array_elements_text(p_rows->'erased'));
  end if;
end $$;
