import { erasuresMigrations, keysMigrations, storeMigrations } from '@bitabiz/event-store';
import { roleOf, sqlFile, type MigrateOptions, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql, type Grants } from '@bitabiz/service-kit/walls';
import type { GatewayConfig } from './config.js';

/** Has store.write_rows hand on one kind of rows more, once those of users are written, to own.write_<kind>; the rest of it stays as it stands. */
const writingToo = (kind: string): string => `do $do$
declare
  definition text := pg_get_functiondef('store.write_rows(uuid, jsonb)'::regprocedure);
  place text := E'  if p_rows ? \\'groups\\' then\\n';
begin
  if position(place in definition) = 0 then raise exception 'store.write_rows is not as expected'; end if;
  execute replace(definition, place,
    E'  if p_rows ? \\'${kind}\\' then\\n    perform own.write_${kind}(p_account, p_rows->\\'${kind}\\');\\n  end if;\\n' || place);
end $do$;`;

/** A step of the gateway's schema: a file of SQL, the walls of the tables in `own` that it makes, and the kinds of rows that an append writes from now on. */
const step = (
  name: string,
  file: string,
  walls: Record<string, Grants> = {},
  kinds: readonly string[] = [],
): Migration => ({
  name: `gateway ${name}`.trim(),
  sql: [
    sqlFile(import.meta.url, file),
    ...Object.entries(walls).map(([table, grants]) => wallsSql(`own.${table}`, grants)),
    ...kinds.map(writingToo),
  ].join('\n'),
});

const rows = { app: 'select, insert, update, delete', batch: 'select' };
const logged = { app: 'select', batch: 'select, insert, update, delete' };
const imported = { app: 'select, insert, update', batch: 'select, update, delete' };

/** What the gateway made of its own database since the first version, in order. */
const steps: readonly Migration[] = [
  step('', './gateway.table.sql', { accounts: rows, users: rows, tokens: rows }),
  // P20
  step('erasure', './erasure.sql'),
  // P17
  step('groups', './group/groups.table.sql', { groups: rows, group_members: rows }),
  // P18
  step('provisioning log', './provisioning-log/log.table.sql', { provisioning_log: logged }),
  // When credentials were used last (P16).
  step('uses of credentials', './account/uses.table.sql', {
    credential_uses: { app: 'select, insert, update', batch: 'select' },
  }),
  step('clients', './account/clients.table.sql', { client_secrets: rows, federations: rows }),
  step('imports', './import/imports.table.sql', { imports: imported, import_rows: imported }),
  // What Entra did, counted by the minute.
  step('provisioning activity', './connection/activity.table.sql', { provisioning_activity: logged }),
  // P13
  step('detached users', './user/detached.table.sql'),
  // P14
  step('tenant migration', './user/migrated.table.sql'),
  // P20, after a time
  step('retention', './erasure/retention.table.sql'),
  {
    ...step('lists of users', './user/listed.table.sql', { user_counts: rows }),
    // An append writes events before rows: it ends first, or waits before it chooses the function that counts.
    fills: ['store.events', 'own.users'],
  },
  // Employees read without what is only searched by; lists of all of them.
  step('reads of users', './user/read.table.sql'),
  // The counts of an import that is over: its rows are not counted again for each list.
  { name: 'gateway counts of imports', sql: 'alter table own.imports add column counts jsonb' },
  // P11
  step(
    'names left by hand',
    './user/left-by-hand.table.sql',
    { left_by_hand: { app: 'select, insert, delete', batch: 'select' } },
    ['left_by_hand'],
  ),
  {
    name: 'gateway orders about imports',
    sql: 'alter table own.imports add column started_by text, add column cancelled_by text',
  },
  // How the file of an import calls its columns, and where they stand.
  { name: 'gateway headings of imports', sql: 'alter table own.imports add column headings jsonb' },
  // How rows of imports are found that name an erased person (P20).
  step('marks of import rows', './import/marks.table.sql'),
  // What dry runs said of rows.
  { ...step('dry runs of imports', './import/checked.table.sql'), fills: ['own.imports'] },
  // Managers whom SCIM shows no more are not shown by anybody.
  step(
    'managers who are gone',
    './user/manager.table.sql',
    { former_ids: { app: 'select, insert', batch: 'select' } },
    // In this order: who is gone is written before managers are looked at.
    ['former', 'managers'],
  ),
  // Entra's matching queries.
  step('matches of users', './user/matching.table.sql'),
  {
    ...step('names left by hand before', './user/left-by-hand.fill.sql'),
    fills: ['store.events', 'own.users', 'own.tokens', 'own.left_by_hand'],
  },
  step('fast reads of users', './user/fast-reads.table.sql'),
  // Whom rows name beside the one whom they are about (P20).
  step('employees named in the provisioning log', './provisioning-log/named.table.sql'),
  // Only an erasure looks by external id, for rows about nobody: each other row was written into the index for nothing.
  {
    name: 'gateway external ids of nobody',
    // In this order: readers wait for the short part only.
    sql: `create index provisioning_log_nobody on own.provisioning_log (account_id, external_id)
        where external_id is not null and user_id is null;
      drop index own.provisioning_log_external`,
  },
  // What to do about each ignored column of an import, found once.
  { name: 'gateway advice of imports', sql: 'alter table own.imports add column advice text[]' },
];

/** The gateway's databases as they have to be: the events with their read rows, the keys, and the list of erasures. */
export function gatewaySchemas(config: GatewayConfig): MigrateOptions[] {
  const keysRole = roleOf(config.KEYS_DATABASE_URL);
  const erasuresRole = roleOf(config.ERASURES_DATABASE_URL);
  return [
    {
      url: config.MIGRATION_DATABASE_URL,
      migrations: [...storeMigrations, ...steps],
      roles: { app: roleOf(config.DATABASE_URL), batch: roleOf(config.READER_DATABASE_URL) },
    },
    {
      url: config.KEYS_MIGRATION_DATABASE_URL,
      migrations: keysMigrations,
      roles: { app: keysRole, batch: keysRole },
    },
    {
      url: config.ERASURES_MIGRATION_DATABASE_URL,
      migrations: erasuresMigrations,
      roles: { app: erasuresRole, batch: erasuresRole },
    },
  ];
}
