-- When and from where a credential was used last (P16). An observation of the gateway, written beside requests: no event tells of it, and
-- a rebuild of the rows leaves it alone.
create table own.credential_uses (
  account_id uuid not null,
  credential_id uuid not null,
  used_at timestamptz(3) not null,
  address text not null,
  primary key (account_id, credential_id)
);

-- Replicas write in any order: the latest use stays.
create function own.note_use(p_account uuid, p_credential uuid, p_at timestamptz, p_address text) returns void language plpgsql as $$
begin
  perform set_config('app.account', p_account::text, true);
  insert into own.credential_uses values (p_account, p_credential, p_at, p_address)
    on conflict (account_id, credential_id) do update set used_at = excluded.used_at, address = excluded.address
    where own.credential_uses.used_at < excluded.used_at;
end $$;
