-- The keys of employees, in a database of their own, so that a copy of the events alone cannot be read (decision 10).
-- Erasing a person deletes a row. Keys are made in advance; a row that no event names is a spare one.
create schema keys;
grant usage on schema keys to :app;
create table keys.employee_keys (
  key_id uuid primary key,
  wrapping_key_id text not null,
  wrapped bytea not null
);
grant select, insert, delete on keys.employee_keys to :app;
grant update (wrapping_key_id, wrapped) on keys.employee_keys to :app;
