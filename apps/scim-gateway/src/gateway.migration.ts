import { erasuresMigrations, keysMigrations, storeMigrations } from '@bitabiz/event-store';
import { roleOf, sqlFile, type MigrateOptions, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';
import type { GatewayConfig } from './config.js';

/** What came after the first tables. */
const erasureMigration: Migration = {
  name: 'gateway erasure',
  sql: sqlFile(import.meta.url, './erasure.sql'),
};

/** Groups and their members (P17). */
const groupsMigration: Migration = {
  name: 'gateway groups',
  sql: [
    sqlFile(import.meta.url, './group/groups.table.sql'),
    ...['groups', 'group_members'].map((table) =>
      wallsSql(`own.${table}`, { app: 'select, insert, update, delete', batch: 'select' }),
    ),
  ].join('\n'),
};

/** When credentials were used last (P16). */
const usesMigration: Migration = {
  name: 'gateway uses of credentials',
  sql: [
    sqlFile(import.meta.url, './account/uses.table.sql'),
    wallsSql('own.credential_uses', { app: 'select, insert, update', batch: 'select' }),
  ].join('\n'),
};

/** Client secrets and workload identity federation. */
const clientsMigration: Migration = {
  name: 'gateway clients',
  sql: [
    sqlFile(import.meta.url, './account/clients.table.sql'),
    ...['client_secrets', 'federations'].map((table) =>
      wallsSql(`own.${table}`, { app: 'select, insert, update, delete', batch: 'select' }),
    ),
  ].join('\n'),
};

/** Employees whose AD user mark was removed (P13). */
const detachedMigration: Migration = {
  name: 'gateway detached users',
  sql: sqlFile(import.meta.url, './user/detached.table.sql'),
};

/** Employees and the move to a new tenant (P14). */
const migratedMigration: Migration = {
  name: 'gateway tenant migration',
  sql: sqlFile(import.meta.url, './user/migrated.table.sql'),
};

/** Erasure after a time (P20). */
const retentionMigration: Migration = {
  name: 'gateway retention',
  sql: sqlFile(import.meta.url, './erasure/retention.table.sql'),
};

/** How many users SCIM shows, kept with them. */
const listedMigration: Migration = {
  name: 'gateway lists of users',
  // An append writes events before rows: it ends first, or waits before it chooses the function that counts.
  fills: ['store.events', 'own.users'],
  sql: [
    sqlFile(import.meta.url, './user/listed.table.sql'),
    wallsSql('own.user_counts', { app: 'select, insert, update, delete', batch: 'select' }),
  ].join('\n'),
};

/** The provisioning log (P18). */
const provisioningLogMigration: Migration = {
  name: 'gateway provisioning log',
  sql: [
    sqlFile(import.meta.url, './provisioning-log/log.table.sql'),
    wallsSql('own.provisioning_log', { app: 'select', batch: 'select, insert, update, delete' }),
  ].join('\n'),
};

/** What Entra did, counted by the minute. */
const activityMigration: Migration = {
  name: 'gateway provisioning activity',
  sql: [
    sqlFile(import.meta.url, './connection/activity.table.sql'),
    wallsSql('own.provisioning_activity', { app: 'select', batch: 'select, insert, update, delete' }),
  ].join('\n'),
};

/** Imports from files, as jobs. */
const importsMigration: Migration = {
  name: 'gateway imports',
  sql: [
    sqlFile(import.meta.url, './import/imports.table.sql'),
    ...['imports', 'import_rows'].map((table) =>
      wallsSql(`own.${table}`, { app: 'select, insert, update', batch: 'select, update, delete' }),
    ),
  ].join('\n'),
};

/** Employees read without what is only searched by; lists of all of them. */
const readMigration: Migration = {
  name: 'gateway reads of users',
  sql: sqlFile(import.meta.url, './user/read.table.sql'),
};

/** The counts of an import that is over: its rows are not counted again for each list. */
const importCountsMigration: Migration = {
  name: 'gateway counts of imports',
  sql: 'alter table own.imports add column counts jsonb',
};

/** Who was deactivated by hand (P11). */
const leftByHandMigration: Migration = {
  name: 'gateway names left by hand',
  sql: [
    sqlFile(import.meta.url, './user/left-by-hand.table.sql'),
    wallsSql('own.left_by_hand', { app: 'select, insert, delete', batch: 'select' }),
  ].join('\n'),
};

/** Who ordered what about an import. */
const importOrdersMigration: Migration = {
  name: 'gateway orders about imports',
  sql: 'alter table own.imports add column started_by text, add column cancelled_by text',
};

/** How the file of an import calls its columns, and where they stand. */
const importHeadingsMigration: Migration = {
  name: 'gateway headings of imports',
  sql: 'alter table own.imports add column headings jsonb',
};

/** How rows of imports are found that name an erased person (P20). */
const importMarksMigration: Migration = {
  name: 'gateway marks of import rows',
  sql: sqlFile(import.meta.url, './import/marks.table.sql'),
};

/** Managers whom SCIM shows no more are not shown by anybody. */
const managersMigration: Migration = {
  name: 'gateway managers who are gone',
  sql: [
    sqlFile(import.meta.url, './user/manager.table.sql'),
    wallsSql('own.former_ids', { app: 'select, insert', batch: 'select' }),
  ].join('\n'),
};

/** Accounts, users and tokens as rows, and the functions that read and write them. */
const gatewayMigration: Migration = {
  name: 'gateway',
  sql: [
    sqlFile(import.meta.url, './gateway.table.sql'),
    ...['accounts', 'users', 'tokens'].map((table) =>
      wallsSql(`own.${table}`, { app: 'select, insert, update, delete', batch: 'select' }),
    ),
  ].join('\n'),
};

/** The gateway's databases as they have to be: the events with their read rows, the keys, and the list of erasures. */
export function gatewaySchemas(config: GatewayConfig): MigrateOptions[] {
  const keysRole = roleOf(config.KEYS_DATABASE_URL);
  const erasuresRole = roleOf(config.ERASURES_DATABASE_URL);
  return [
    {
      url: config.MIGRATION_DATABASE_URL,
      migrations: [
        ...storeMigrations,
        gatewayMigration,
        erasureMigration,
        groupsMigration,
        provisioningLogMigration,
        usesMigration,
        clientsMigration,
        importsMigration,
        activityMigration,
        detachedMigration,
        migratedMigration,
        retentionMigration,
        listedMigration,
        readMigration,
        importCountsMigration,
        leftByHandMigration,
        importOrdersMigration,
        importHeadingsMigration,
        importMarksMigration,
        managersMigration,
      ],
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
