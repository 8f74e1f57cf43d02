-- What the dry run said of a row, kept when the import is started: so that its result tells what changed in between, and a row that is
-- carried out again after an interruption what it did.
alter table own.import_rows add column checked_outcome text, add column checked_code text, add column checked_user_id uuid,
  add column checked_detail bytea;
-- False: whatever the rows say is the dry run's. Of older imports that were cancelled nobody knows.
alter table own.imports add column started boolean not null default false;
update own.imports set started = true where state in ('running', 'finished', 'cancelled');
