-- Departments, subsidiaries and calendar groups as things (P23), and what only the product knows: no rebuild touches them.
create schema own;
grant usage on schema own to :app, :batch;

create table own.groups (
  account_id uuid not null,
  group_id uuid not null,
  kind text not null,
  name text not null,
  -- normalised: blanks folded, without case and accents
  name_key text not null,
  primary key (account_id, group_id),
  unique (account_id, kind, name_key)
);

-- Which calendar group a country, as Entra writes it, belongs to.
create table own.countries (
  account_id uuid not null,
  country_key text not null,
  group_id uuid not null,
  primary key (account_id, country_key)
);

-- The policy that Setup admin gave an employee; without one the employee is MISSING (P19).
create table own.policies (
  account_id uuid not null,
  user_id uuid not null,
  policy text not null,
  primary key (account_id, user_id)
);
