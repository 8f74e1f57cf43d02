-- What this service decided and published, and what people set by hand: no rebuild touches it (decisions 5, 7).
create schema own;
grant usage on schema own to :app, :batch;

-- A1: null until the first manager reference or a Setup admin decides.
create table own.foundations (account_id uuid primary key, foundation text not null);

-- The last published approver of each active employee.
create table own.approvals (
  account_id uuid not null,
  employee_id uuid not null,
  approver_id uuid,
  missing text,
  primary key (account_id, employee_id)
);
create index approvals_approver on own.approvals (account_id, approver_id) where approver_id is not null;

create table own.roles (account_id uuid not null, employee_id uuid not null, primary key (account_id, employee_id));

-- A3: direct approvers picked by hand.
create table own.given_approvers (
  account_id uuid not null,
  employee_id uuid not null,
  approver_id uuid not null,
  primary key (account_id, employee_id)
);

-- A9: rings that were reported; `ring` is the sorted members.
create table own.rings (account_id uuid not null, ring text not null, primary key (account_id, ring));
