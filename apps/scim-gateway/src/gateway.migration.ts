import { sqlFile, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';

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
