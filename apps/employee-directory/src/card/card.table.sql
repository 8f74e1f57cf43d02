-- The master data card, kept for life, active or inactive (P8, P10).
create table cards (
  account_id uuid not null,
  user_id uuid not null,
  scim_id uuid not null,
  status text not null,
  active boolean not null,
  ad_user boolean not null,
  origin text not null,
  user_name text not null,
  email text not null,
  given_name text not null,
  family_name text not null,
  title text,
  department text,
  mobile text,
  work_phone text,
  country text,
  employment_date text,
  payroll_number text,
  employee_number text,
  subsidiary text,
  -- which thing each names (P23)
  department_key text,
  subsidiary_key text,
  calendar_key text,
  manager_ref text,
  terminated_on text,
  created_at text not null,
  changed_at text not null,
  -- what the list is searched and sorted by, folded in TypeScript
  search text not null,
  sort_key text not null,
  primary key (account_id, user_id)
);
create index cards_list on cards (account_id, active, sort_key, user_id);
create index cards_scim_id on cards (account_id, scim_id);
