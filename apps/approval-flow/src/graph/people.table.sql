-- Everybody who is or was in the account, and the edge to the Entra manager (A2–A4, A8, A9).
create table people (
  account_id uuid not null,
  user_id uuid not null,
  scim_id uuid not null,
  given_name text not null,
  family_name text not null,
  user_name text not null,
  email text not null,
  status text not null,
  active boolean not null,
  ad_user boolean not null,
  manager_ref text,
  manager_id uuid,
  primary key (account_id, user_id)
);
create index people_scim_id on people (account_id, scim_id);
create index people_manager on people (account_id, manager_id) where manager_id is not null;
create index people_email on people (account_id, email);
