-- Whom the new tenant wrote about during a tenant migration, when, and by what it found the person; null: somebody new (P14).
alter table own.users add column migration_id uuid, add column matched_by text, add column matched_at timestamptz(3);

create or replace function own.write_rows(p_account uuid, p_rows jsonb) returns void language plpgsql as $$
begin
  if p_rows ? 'account' then
    insert into own.accounts (account_id, stream_version, created_at, state)
      select p_account, a.stream_version, a.created_at, a.state
      from jsonb_to_record(p_rows->'account') a(stream_version int, created_at timestamptz, state jsonb)
      on conflict (account_id) do update set stream_version = excluded.stream_version, state = excluded.state;
  end if;
  if p_rows ? 'users' then
    insert into own.users
      select p_account, u.user_id, u.scim_id, u.stream_version, u.key_id, u.status, u.active, u.ad_user, u.external_id, u.user_name_key,
        u.email_key, u.manager_ref, u.manager_id, u.terminated_on, u.created_at, u.modified_at, u."values", u.folded,
        -- an older process says nothing about it
        coalesce(u.detached, false), u.migration_id, u.matched_by, u.matched_at
      from jsonb_to_recordset(p_rows->'users') u(user_id uuid, scim_id uuid, stream_version int, key_id uuid, status text, active boolean,
        ad_user boolean, external_id text, user_name_key text, email_key text, manager_ref text, manager_id uuid, terminated_on date,
        created_at timestamptz, modified_at timestamptz, "values" jsonb, folded jsonb, detached boolean,
        migration_id uuid, matched_by text, matched_at timestamptz)
      on conflict (account_id, user_id) do update set scim_id = excluded.scim_id, stream_version = excluded.stream_version,
        status = excluded.status, active = excluded.active, ad_user = excluded.ad_user, external_id = excluded.external_id,
        user_name_key = excluded.user_name_key, email_key = excluded.email_key, manager_ref = excluded.manager_ref, manager_id = excluded.manager_id,
        terminated_on = excluded.terminated_on, modified_at = excluded.modified_at, "values" = excluded."values", folded = excluded.folded,
        detached = excluded.detached, migration_id = excluded.migration_id, matched_by = excluded.matched_by, matched_at = excluded.matched_at;
  end if;
  if p_rows ? 'tokens' then
    insert into own.tokens
      select p_account, t.token_id, t.name, t.scope, t.hash, t.issued_at, t.expires_at, t.revoked_at
      from jsonb_to_recordset(p_rows->'tokens') t(token_id uuid, name text, scope text, hash text, issued_at timestamptz,
        expires_at timestamptz, revoked_at timestamptz)
      on conflict (account_id, token_id) do update set revoked_at = excluded.revoked_at;
  end if;
end $$;
