import { sqlFile, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';

/** What came after the first tables. */
export const erasureMigration: Migration = {
  name: 'gateway erasure',
  sql: sqlFile(import.meta.url, './erasure.sql'),
};

/** Groups and their members (P17). */
export const groupsMigration: Migration = {
  name: 'gateway groups',
  sql: [
    sqlFile(import.meta.url, './group/groups.table.sql'),
    ...['groups', 'group_members'].map((table) =>
      wallsSql(`own.${table}`, { app: 'select, insert, update, delete', batch: 'select' }),
    ),
  ].join('\n'),
};

/** When credentials were used last (P16). */
export const usesMigration: Migration = {
  name: 'gateway uses of credentials',
  sql: [
    sqlFile(import.meta.url, './account/uses.table.sql'),
    wallsSql('own.credential_uses', { app: 'select, insert, update', batch: 'select' }),
  ].join('\n'),
};

/** Accounts, users and tokens as rows, and the functions that read and write them. */
export const gatewayMigration: Migration = {
  name: 'gateway',
  sql: [
    sqlFile(import.meta.url, './gateway.table.sql'),
    ...['accounts', 'users', 'tokens'].map((table) =>
      wallsSql(`own.${table}`, { app: 'select, insert, update, delete', batch: 'select' }),
    ),
  ].join('\n'),
};
