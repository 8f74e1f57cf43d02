-- Whom the account may let in (S3, S4, S7): known by e-mail, and by the Entra object id once linked.
create table identities (
  account_id uuid not null,
  user_id uuid not null,
  active boolean not null,
  released boolean not null,
  ad_user boolean not null,
  user_name text not null,
  email text not null,
  user_name_key text,
  email_key text,
  given_name text not null,
  family_name text not null,
  -- the Entra object id, when the external id is a GUID; null after a namesake may have come back (P6)
  object_id uuid,
  -- access ended at: every session begun before it is over (S7)
  ended_at text,
  primary key (account_id, user_id)
);
create index identities_email on identities (account_id, email_key);
create index identities_user_name on identities (account_id, user_name_key);
create index identities_object_id on identities (account_id, object_id);
