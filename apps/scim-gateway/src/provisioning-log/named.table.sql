-- Employees whom a refusal names though the row is about somebody else: with one of them goes what the row says (P20).
alter table own.provisioning_log add column named uuid[];
create index provisioning_log_named on own.provisioning_log (account_id) where named is not null;
