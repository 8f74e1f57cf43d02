import { sqlFile, type Migration } from '@bitabiz/service-kit/migrations';
import { wallsSql } from '@bitabiz/service-kit/walls';

const everything = 'select, insert, update, delete';

/** Groups, countries and policies. */
export const ownMigration: Migration = {
  name: 'groups',
  sql: [
    sqlFile(import.meta.url, './own.table.sql'),
    ...['groups', 'countries', 'policies'].map((table) =>
      wallsSql(`own.${table}`, { app: everything, batch: everything }),
    ),
  ].join('\n'),
};
