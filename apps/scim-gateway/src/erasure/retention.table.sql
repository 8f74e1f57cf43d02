-- Who left, by when, for the erasure after a time (P20). An active employee's changes do not touch it.
create index users_terminated on own.users (account_id, terminated_on) where terminated_on is not null;
