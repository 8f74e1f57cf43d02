-- Imports from a file, as jobs: each row is looked at first (a dry run), then carried out when somebody says so. What the file says of people
-- is sealed with a key of the import's own, which is destroyed with it.
create table own.imports (
  account_id uuid not null,
  import_id uuid not null,
  file_name text not null,
  ignored_columns text[] not null,
  -- checking: the dry run is under way; ready: it is done; running; finished; cancelled
  state text not null check (state in ('checking', 'ready', 'running', 'finished', 'cancelled')),
  rows int not null,
  key_id uuid not null,
  created_by text not null,
  created_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  -- Who works on it has it until then; another replica goes on after that.
  leased_until timestamptz(3),
  primary key (account_id, import_id)
);
create index imports_to_do on own.imports (changed_at) where state in ('checking', 'running');

create table own.import_rows (
  account_id uuid not null,
  import_id uuid not null,
  row_number int not null,
  -- The id that a new employee gets: a row that is carried out twice makes one employee.
  new_user_id uuid not null,
  -- Whom the row is about, once that is known (P20).
  user_id uuid,
  -- Null: nobody looked at it yet in this state.
  outcome text check (outcome in ('create', 'update', 'unchanged', 'refused')),
  code text,
  request bytea,
  detail bytea,
  primary key (account_id, import_id, row_number),
  foreign key (account_id, import_id) references own.imports on delete cascade
);
create index import_rows_user on own.import_rows (account_id, user_id) where user_id is not null;
create index import_rows_open on own.import_rows (account_id, import_id, row_number) where outcome is null;
-- One at a time: what a dry run shows would not be what the other leaves.
create unique index imports_open on own.imports (account_id) where state in ('checking', 'ready', 'running');
