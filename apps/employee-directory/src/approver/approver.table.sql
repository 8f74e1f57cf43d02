-- What the approval flow says about an employee: shown on the card under Roles.
create table approvers (
  account_id uuid not null,
  employee_id uuid not null,
  approver_id uuid,
  missing text,
  is_approver boolean not null,
  primary key (account_id, employee_id)
);
create index approvers_approver on approvers (account_id, approver_id) where approver_id is not null;
