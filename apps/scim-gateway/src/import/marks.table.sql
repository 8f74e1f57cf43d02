-- Whom a row names, as hashes under the key of its import, so that rows about nobody who is here are found when a person is erased (P20).
-- Null: the row was stored before there were marks, and gets them when they are needed.
-- `named`: persons being erased whom the row names; noted before their names go, so that what follows can be repeated.
alter table own.import_rows add column marks bytea[], add column named uuid[] not null default '{}';
create index import_rows_named on own.import_rows (account_id) where named <> '{}';
create index import_rows_new_user on own.import_rows (account_id, new_user_id);
